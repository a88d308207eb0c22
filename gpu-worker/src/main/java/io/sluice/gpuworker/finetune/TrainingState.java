package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * The state of a run between two steps. The arrays and the list are updated in place by each step.
 *
 * @param values the values of all parameters, flat
 * @param first moving averages of the gradient, one per value
 * @param second moving averages of the squared gradient, one per value
 * @param log the steps done so far
 */
record TrainingState(float[] values, float[] first, float[] second, List<StepLog> log) {
  /** The number of steps done. */
  int step() {
    return log.size();
  }
}
