package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.util.Arrays;

/**
 * Computes the gradient of an example's loss with respect to the LoRA parameters of each
 * checkpoint.
 *
 * <p>The loss is the mean cross-entropy over the learnt tokens. One forward and one backward pass
 * serve all checkpoints: their adapters are stacked on the batch axis, so that each has a separate
 * gradient. Thread-safe.
 *
 * <p>Gradient mode is switched on per thread, and backward passes are started, through DJL's native
 * interface, because DJL's GradientCollector allows only one collector per process.
 */
public final class GradientEngine {
  private final NDManager manager;
  private final Decoder decoder;
  private final LoraStack adapters;
  private final boolean recompute;

  /**
   * Creates an engine.
   *
   * @param manager the parent of the managers for each example; on the model's device
   * @param adapters the adapters of the checkpoints
   * @param recompute whether the backward pass recomputes the states inside each part of the model
   *     instead of keeping them, which takes less memory and more time
   */
  public GradientEngine(NDManager manager, Decoder decoder, LoraStack adapters, boolean recompute) {
    this.recompute = recompute;
    this.manager = manager;
    this.decoder = decoder;
    this.adapters = adapters;
  }

  /**
   * The losses and gradients of an example.
   *
   * @param losses the mean cross-entropy in nats per token, shape [checkpoints]
   * @param gradients the gradients, shape [checkpoints, {@link
   *     io.sluice.gpuworker.model.lora.LoraLayout#size}]
   */
  public record Result(float[] losses, float[][] gradients) {}

  /** A function of the gradients that runs while they are on the device. */
  @FunctionalInterface
  public interface GradientFunction<T> {
    /**
     * Computes the result.
     *
     * @param scratch owns the arrays that are computed; closed when the function has returned
     * @param losses the mean cross-entropy in nats per token, shape [checkpoints, 1]
     * @param gradients the gradients, shape [checkpoints, {@link
     *     io.sluice.gpuworker.model.lora.LoraLayout#size}]
     */
    T apply(NDManager scratch, NDArray losses, NDArray gradients);
  }

  /**
   * Computes the losses and gradients of an example.
   *
   * @param example must have at least one learnt token, and only ids in the model's vocabulary
   */
  public Result compute(Encoded.Example example) {
    return compute(
        example,
        (scratch, losses, gradients) ->
            new Result(losses.toFloatArray(), rows(gradients.toFloatArray())));
  }

  /**
   * Computes the losses and gradients of an example, and passes them to a function while they are
   * on the device.
   *
   * @param example must have at least one learnt token, and only ids in the model's vocabulary
   * @return the result of the function
   */
  public <T> T compute(Encoded.Example example, GradientFunction<T> function) {
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return recompute
          ? withRecomputation(scratch, example, function)
          : inOnePass(scratch, example, function);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private <T> T inOnePass(
      NDManager scratch, Encoded.Example example, GradientFunction<T> function) {
    JniUtils.setGradMode(true);
    LoraStack.Leaf leaf = adapters.leaf();
    NDArray logits = decoder.logits(scratch, example.ids(), example.asked(), leaf);
    NDArray losses = losses(scratch, example, logits);
    NDArray ones = scratch.ones(losses.getShape());
    JniUtils.backward((PtNDArray) losses, (PtNDArray) ones, false, false);
    JniUtils.setGradMode(false);
    return function.apply(scratch, losses, leaf.gradient());
  }

  private <T> T withRecomputation(
      NDManager scratch, Encoded.Example example, GradientFunction<T> function) {
    JniUtils.setGradMode(false);
    Decoder.Pass pass = decoder.pass(scratch, example.ids(), example.asked());
    Recomputation.Result result =
        new Recomputation(pass, adapters, logits -> losses(scratch, example, logits))
            .run(scratch, pass.embedded());
    return function.apply(scratch, result.losses(), result.gradients());
  }

  /** The loss of the base model without an adapter: mean cross-entropy in nats per token. */
  public float baseLoss(Encoded.Example example) {
    JniUtils.setGradMode(false);
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray logits = decoder.logits(scratch, example.ids(), example.asked(), Lora.NONE);
      return losses(scratch, example, logits).toFloatArray()[0];
    }
  }

  /** The mean loss over the learnt tokens, shape [1 or adapters, 1]. */
  private static NDArray losses(NDManager scratch, Encoded.Example example, NDArray logits) {
    return TokenLosses.of(scratch, logits, example.targets()).mean(new int[] {1}, false);
  }

  private float[][] rows(float[] flat) {
    int size = adapters.layout().size();
    float[][] rows = new float[adapters.adapters()][];
    for (int c = 0; c < rows.length; c++) {
      rows[c] = Arrays.copyOfRange(flat, c * size, (c + 1) * size);
    }
    return rows;
  }
}
