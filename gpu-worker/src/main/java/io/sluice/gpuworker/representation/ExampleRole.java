package io.sluice.gpuworker.representation;

/** What an example is to a selection. */
public enum ExampleRole {
  /** It waits to be selected. */
  CANDIDATE,
  /** It says what is wanted. */
  QUERY
}
