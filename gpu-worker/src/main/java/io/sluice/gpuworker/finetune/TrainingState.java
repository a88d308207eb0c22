package io.sluice.gpuworker.finetune;

import java.util.List;

/**
 * Where a run stands between two steps.
 *
 * @param values of the parameters, flat
 * @param first moving averages of their gradient
 * @param second moving averages of its square
 * @param log the steps done
 */
record TrainingState(float[] values, float[] first, float[] second, List<StepLog> log) {
  /** Steps done. */
  int step() {
    return log.size();
  }
}
