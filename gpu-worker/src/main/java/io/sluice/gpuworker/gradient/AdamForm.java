package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.AdamMoments;

/**
 * The step that Adam would take for one example alone, but for the learning rate: {@code (b1 m + (1
 * - b1) g) / sqrt(b2 v + (1 - b2) g^2 + epsilon)} (LESS, section 3.1; Xia et al., ICML 2024).
 *
 * <p>Epsilon is inside the root and the moments are not corrected for their bias, as in the
 * published implementation.
 */
public final class AdamForm {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private AdamForm() {}

  /**
   * Replaces a gradient by its Adam form.
   *
   * @param gradient plain on entry; as long as the moments
   */
  public static void apply(float[] gradient, AdamMoments moments) {
    float[] m = moments.first();
    float[] v = moments.second();
    for (int i = 0; i < gradient.length; i++) {
      float g = gradient[i];
      float step = BETA_1 * m[i] + (1 - BETA_1) * g;
      float root = (float) Math.sqrt(BETA_2 * v[i] + (1 - BETA_2) * g * g + EPSILON);
      gradient[i] = step / root;
    }
  }
}
