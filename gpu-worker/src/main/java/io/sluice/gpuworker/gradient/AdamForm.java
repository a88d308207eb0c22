package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.lora.AdamMoments;
import java.util.List;

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
   * @return the same array
   */
  public static float[] apply(float[] gradient, AdamMoments moments) {
    float[] m = moments.first();
    float[] v = moments.second();
    for (int i = 0; i < gradient.length; i++) {
      float g = gradient[i];
      float step = BETA_1 * m[i] + (1 - BETA_1) * g;
      float root = (float) Math.sqrt(BETA_2 * v[i] + (1 - BETA_2) * g * g + EPSILON);
      gradient[i] = step / root;
    }
    return gradient;
  }

  /**
   * The same on a device, for the gradients of all checkpoints at once: operation by operation as
   * in Java, so equal but for the rounding of the square root.
   *
   * @param firstShare {@code b1 m}, shape [checkpoints, size]
   * @param secondShare {@code b2 v}, same shape
   * @param firstRest {@code 1 - b1}
   * @param secondRest {@code 1 - b2}
   * @param epsilon a scalar too
   */
  public record OnDevice(
      NDArray firstShare,
      NDArray secondShare,
      NDArray firstRest,
      NDArray secondRest,
      NDArray epsilon) {
    /**
     * Puts moments on a device.
     *
     * @param manager owns the arrays
     * @param moments of each checkpoint, at least one
     */
    public static OnDevice of(NDManager manager, List<AdamMoments> moments) {
      int size = moments.get(0).first().length;
      float[] first = new float[Math.multiplyExact(moments.size(), size)];
      float[] second = new float[first.length];
      for (int c = 0; c < moments.size(); c++) {
        for (int i = 0; i < size; i++) {
          first[c * size + i] = BETA_1 * moments.get(c).first()[i];
          second[c * size + i] = BETA_2 * moments.get(c).second()[i];
        }
      }
      Shape shape = new Shape(moments.size(), size);
      return new OnDevice(
          manager.create(first, shape),
          manager.create(second, shape),
          manager.create(1 - BETA_1),
          manager.create(1 - BETA_2),
          manager.create(EPSILON));
    }

    /**
     * The Adam form of gradients.
     *
     * @param gradients plain, shape [checkpoints, size]; not changed
     * @return same shape
     */
    public NDArray apply(NDArray gradients) {
      NDArray step = firstShare.add(gradients.mul(firstRest));
      NDArray squares = gradients.mul(secondRest).mul(gradients);
      return step.div(secondShare.add(squares).add(epsilon).sqrt());
    }
  }
}
