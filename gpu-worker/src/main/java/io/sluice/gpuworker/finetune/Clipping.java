package io.sluice.gpuworker.finetune;

/** Cuts a gradient that is too long, as {@code torch.nn.utils.clip_grad_norm_} does. */
final class Clipping {
  private static final double EPSILON = 1e-6;

  private Clipping() {}

  /**
   * Cuts a gradient.
   *
   * @param gradient shortened where it is longer than the limit
   * @param limit of its L2 norm; 0 for none
   * @return the norm before
   */
  static double apply(float[] gradient, double limit) {
    double squares = 0;
    for (float value : gradient) {
      squares += (double) value * value;
    }
    double norm = Math.sqrt(squares);
    float scale = (float) (limit / (norm + EPSILON));
    if (limit > 0 && scale < 1) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] *= scale;
      }
    }
    return norm;
  }
}
