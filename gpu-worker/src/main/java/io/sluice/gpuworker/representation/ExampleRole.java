package io.sluice.gpuworker.representation;

/** The role of an example in a selection. */
public enum ExampleRole {
  /** The example may be selected. */
  CANDIDATE,
  /** The example belongs to the query set of a target task: candidates are compared with it. */
  QUERY
}
