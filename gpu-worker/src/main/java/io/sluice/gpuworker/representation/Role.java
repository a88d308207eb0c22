package io.sluice.gpuworker.representation;

/** What an example is represented as: the two sides of a similarity may differ in form. */
public enum Role {
  /** One of the pool that is selected from. */
  CANDIDATE,
  /** One of a target task's query set. */
  QUERY
}
