package io.sluice.gpuworker.representation;

/** The form of a candidate's gradient; a query's is always plain. */
public enum GradientForm {
  /** The step that Adam would take, from the moments of each checkpoint. */
  ADAM,
  /** The gradient as it is. Needs no optimizer state. */
  PLAIN
}
