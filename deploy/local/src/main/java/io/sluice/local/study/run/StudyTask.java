package io.sluice.local.study.run;

import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.TaskFile;
import io.sluice.streams.rules.TaskRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A task of a study.
 *
 * @param id the task's id
 * @param file where it was read from
 * @param queries the queries that examples are selected for
 * @param heldOut further examples to evaluate on; may be empty
 */
public record StudyTask(String id, Path file, List<Query> queries, List<Query> heldOut) {
  /** Keeps immutable copies of the lists. */
  public StudyTask {
    queries = List.copyOf(queries);
    heldOut = List.copyOf(heldOut);
  }

  /**
   * Reads a task file. Only its queries and held-out examples count: a study has one pool, one set
   * of budgets and one way of training for all tasks.
   *
   * @throws IOException when the file cannot be read
   * @throws IllegalArgumentException when it is no task, or has rules that leave candidates out
   */
  public static StudyTask read(Path file) throws IOException {
    TaskFile read = TaskFile.read(file);
    TargetTask task = read.toTargetTask(1);
    if (!TaskRules.of(task).isEmpty()) {
      throw new IllegalArgumentException(
          "%s: a study compares all methods and tasks on the same pool, but task %s has rules: leave them out, and the candidates that they are about"
              .formatted(file, read.task()));
    }
    if (!read.budgetTokens().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: the budgets of a study are numbers of examples, but task %s has budget_tokens: leave them out"
              .formatted(file, read.task()));
    }
    return new StudyTask(read.task(), file, read.queries(), read.training().heldOut());
  }
}
