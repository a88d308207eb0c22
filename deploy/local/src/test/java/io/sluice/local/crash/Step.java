package io.sluice.local.crash;

import io.sluice.schemas.TargetTask;

/** One change to the topics that the streams-app reads. */
sealed interface Step {
  /** Workers publish representations of a candidate: a new one, a repeat, or changed content. */
  record Arrive(String candidateId, int version) implements Step {}

  /** Workers publish tombstones for the representations of a retracted candidate. */
  record Retract(String candidateId) implements Step {}

  /** Unreadable records replace a candidate's representations. */
  record Spoil(String candidateId) implements Step {}

  /** A user creates a task or a new revision of it. */
  record Define(TargetTask task) implements Step {}

  /** A user removes a task. */
  record Remove(String taskId) implements Step {}

  /** A worker publishes the representation of one query of a task. */
  record Represent(TargetTask task, int query) implements Step {}

  /** A worker deletes the representation of a query whose revision was replaced. */
  record Forget(String taskId, int revision, int query) implements Step {}

  /**
   * Whether a user changes a task. Such steps are not repeated once they are acknowledged, because
   * an old revision of a removed task must not return.
   */
  default boolean isOfTask() {
    return this instanceof Define || this instanceof Remove;
  }
}
