package io.sluice.gpuworker.representation;

/** The form of a candidate's gradient. The gradient of a query is always plain. */
public enum GradientForm {
  /** The update that Adam would make, which needs the optimizer's state at each checkpoint. */
  ADAM,
  /** The gradient without the optimizer's state, so an adapter alone is enough. */
  PLAIN
}
