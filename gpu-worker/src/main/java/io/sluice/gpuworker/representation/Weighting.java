package io.sluice.gpuworker.representation;

/** How much each checkpoint counts in a similarity. */
public enum Weighting {
  /** As the learning rate of its epoch, from the trainer's log. */
  LEARNING_RATE,
  /** As much as the others. Needs no log: for vectors that are not compared here. */
  EQUAL
}
