package io.sluice.gpuworker.finetune;

/** Clips the norm of gradients in the same way as {@code torch.nn.utils.clip_grad_norm_}. */
final class Clipping {
  private static final double EPSILON = 1e-6;

  private Clipping() {}

  /**
   * Scales a gradient down to a limit.
   *
   * @param gradient changed when its L2 norm is above the limit
   * @param limit the largest L2 norm; 0 for no limit
   * @return the L2 norm before clipping
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
