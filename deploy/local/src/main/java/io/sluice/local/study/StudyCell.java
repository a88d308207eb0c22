package io.sluice.local.study;

/**
 * One cell of a study: a model trained on the subset of an arm, and evaluated for a task.
 *
 * @param task the task's id
 * @param arm what is trained on
 * @param budget number of examples; 0 for no fine-tuning
 * @param seed of the training, and of a random subset; 0 for no fine-tuning
 */
public record StudyCell(String task, StudyArm arm, int budget, int seed) {
  /** The cell of the base model. */
  static StudyCell untrained(String task) {
    return new StudyCell(task, StudyArm.NONE, 0, 0);
  }
}
