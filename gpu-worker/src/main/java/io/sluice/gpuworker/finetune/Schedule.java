package io.sluice.gpuworker.finetune;

/**
 * The learning rate of each step: it rises linearly from 0 to its peak during the warm-up, then
 * falls linearly and would reach 0 after the last step ({@code get_linear_schedule_with_warmup} of
 * Hugging Face transformers).
 *
 * @param peak the learning rate at the end of the warm-up
 * @param warmupSteps the number of steps of the warm-up
 * @param steps the number of steps of the run
 */
record Schedule(double peak, int warmupSteps, int steps) {
  /** The schedule of a run with the given number of steps. */
  static Schedule of(TrainingHyperParameters hyper, int steps) {
    return new Schedule(hyper.learningRate(), (int) Math.ceil(steps * hyper.warmupRatio()), steps);
  }

  /** The learning rate of a step; steps are counted from 0. */
  double rate(int step) {
    return step < warmupSteps
        ? peak * step / warmupSteps
        : peak * (steps - step) / Math.max(1, steps - warmupSteps);
  }
}
