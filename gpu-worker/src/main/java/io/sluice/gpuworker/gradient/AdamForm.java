package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.lora.AdamMoments;
import java.util.List;

/**
 * The Adam form of a gradient: the step, without the learning rate, that Adam would take for this
 * example alone. With the gradient {@code g} and Adam's moments {@code m} and {@code v}, it is
 * {@code (b1 m + (1 - b1) g) / sqrt(b2 v + (1 - b2) g^2 + epsilon)} (LESS, section 3.1; Xia et al.,
 * ICML 2024).
 *
 * <p>As in the published implementation, epsilon is inside the root, and the moments are not
 * bias-corrected.
 */
public final class AdamForm {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private AdamForm() {}

  /**
   * Replaces a gradient by its Adam form, in place.
   *
   * @param gradient the plain gradient; must have the same length as the moments
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
   * Computes the Adam form on a device, for the gradients of all checkpoints at once. The
   * operations and their order are the same as in Java, so the results differ at most by the
   * rounding of the square root.
   *
   * @param firstShare {@code b1 m}, shape [checkpoints, 1, size]
   * @param secondShare {@code b2 v}, same shape
   * @param firstRest {@code 1 - b1}, a scalar
   * @param secondRest {@code 1 - b2}, a scalar
   * @param epsilon a scalar
   */
  public record OnDevice(
      NDArray firstShare,
      NDArray secondShare,
      NDArray firstRest,
      NDArray secondRest,
      NDArray epsilon) {
    /**
     * Copies moments to a device.
     *
     * @param manager owns the arrays
     * @param moments the moments of each checkpoint; at least one
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
      Shape shape = new Shape(moments.size(), 1, size);
      return new OnDevice(
          manager.create(first, shape),
          manager.create(second, shape),
          manager.create(1 - BETA_1),
          manager.create(1 - BETA_2),
          manager.create(EPSILON));
    }

    /**
     * Computes the Adam form of the gradients of several examples.
     *
     * @param gradients the plain gradients, shape [checkpoints * examples, size], all examples at
     *     the first checkpoint first; not modified
     * @return same shape
     */
    public NDArray apply(NDArray gradients, int examples) {
      Shape shape = gradients.getShape();
      NDArray all = gradients.reshape(shape.get(0) / examples, examples, shape.get(1));
      // In place, because each array has the size of all gradients.
      NDArray step = all.mul(firstRest).addi(firstShare);
      NDArray root = all.mul(secondRest).muli(all).addi(secondShare).addi(epsilon);
      return step.divi(root.sqrt()).reshape(shape);
    }
  }
}
