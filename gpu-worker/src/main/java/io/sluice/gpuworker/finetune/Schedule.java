package io.sluice.gpuworker.finetune;

/**
 * The learning rate of each step: it climbs from 0 in a line, then falls in a line to 0 after the
 * last step ({@code get_linear_schedule_with_warmup} of Hugging Face transformers).
 *
 * @param highest the learning rate after the climb
 * @param climb steps of the climb
 * @param steps of the run
 */
record Schedule(double highest, int climb, int steps) {
  /** The schedule of a run. */
  static Schedule of(TrainingHyperParameters hyper, int steps) {
    return new Schedule(hyper.learningRate(), (int) Math.ceil(steps * hyper.warmupRatio()), steps);
  }

  /** The learning rate of a step, from 0. */
  double rate(int step) {
    return step < climb
        ? highest * step / climb
        : highest * (steps - step) / Math.max(1, steps - climb);
  }
}
