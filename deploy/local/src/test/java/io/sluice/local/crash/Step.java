package io.sluice.local.crash;

import io.sluice.schemas.TargetTask;

/** One thing that happens to the topics that the streams-app reads. */
sealed interface Step {
  /** Every worker represents a candidate: a new one, a repeat, or another content of one. */
  record Arrive(String candidateId, int version) implements Step {}

  /** A candidate is retracted. */
  record Retract(String candidateId) implements Step {}

  /** What cannot be read takes the place of a candidate's representations. */
  record Spoil(String candidateId) implements Step {}

  /** A task is put: a new one or a new revision. */
  record Define(TargetTask task) implements Step {}

  /** A task is removed. */
  record Remove(String taskId) implements Step {}

  /** A worker represents one query of a task. */
  record Represent(TargetTask task, int query) implements Step {}

  /** A worker withdraws a query of a revision that was replaced. */
  record Forget(String taskId, int revision, int query) implements Step {}

  /**
   * Whether it is a person's act on a task. Such acts are not sent again once they are
   * acknowledged: a task that was removed never gets one of its old revisions back.
   */
  default boolean isOfTask() {
    return this instanceof Define || this instanceof Remove;
  }
}
