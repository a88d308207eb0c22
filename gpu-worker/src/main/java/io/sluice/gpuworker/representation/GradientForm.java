package io.sluice.gpuworker.representation;

/** The form of a candidate's gradient; a query's is always plain. */
public enum GradientForm {
  /** The step that Adam would take, which needs the optimizer's state at each checkpoint. */
  ADAM,
  /** The gradient itself. */
  PLAIN
}
