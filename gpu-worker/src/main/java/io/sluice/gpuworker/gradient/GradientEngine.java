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
 * The gradient of an example's loss in the LoRA parameters of each checkpoint.
 *
 * <p>The loss is the mean cross-entropy over the learnt tokens. One pass forth and back serves all
 * checkpoints: their adapters lie on a batch axis, so each keeps a gradient of its own.
 * Thread-safe.
 *
 * <p>Gradients are switched on by thread and passed back by hand, since DJL's GradientCollector
 * allows one a process.
 */
public final class GradientEngine {
  private final NDManager manager;
  private final Decoder decoder;
  private final LoraStack adapters;
  private final boolean recompute;

  /**
   * An engine.
   *
   * @param manager on the model's device
   * @param adapters the checkpoints
   * @param recompute whether the parts of a pass are computed again on the way back instead of
   *     being kept: less memory, more time
   */
  public GradientEngine(NDManager manager, Decoder decoder, LoraStack adapters, boolean recompute) {
    this.recompute = recompute;
    this.manager = manager;
    this.decoder = decoder;
    this.adapters = adapters;
  }

  /**
   * Losses and gradients of an example.
   *
   * @param losses mean cross-entropy, in nats a token, shape [checkpoints]
   * @param gradients shape [checkpoints, {@link io.sluice.gpuworker.model.lora.LoraLayout#size}]
   */
  public record Result(float[] losses, float[][] gradients) {}

  /** Takes the gradients while they are on the device. */
  @FunctionalInterface
  public interface Use<T> {
    /**
     * Takes them.
     *
     * @param scratch owns what is computed with them, and frees it
     * @param losses mean cross-entropy, in nats a token, shape [checkpoints, 1]
     * @param gradients shape [checkpoints, {@link io.sluice.gpuworker.model.lora.LoraLayout#size}]
     */
    T of(NDManager scratch, NDArray losses, NDArray gradients);
  }

  /**
   * Computes an example.
   *
   * @param example at least one learnt token; ids within the model's vocabulary
   */
  public Result compute(Encoded.Example example) {
    return compute(
        example,
        (scratch, losses, gradients) ->
            new Result(losses.toFloatArray(), rows(gradients.toFloatArray())));
  }

  /**
   * Computes an example and uses its gradients before they leave the device.
   *
   * @param example at least one learnt token; ids within the model's vocabulary
   * @return what the use returned
   */
  public <T> T compute(Encoded.Example example, Use<T> use) {
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return recompute ? recomputed(scratch, example, use) : whole(scratch, example, use);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private <T> T whole(NDManager scratch, Encoded.Example example, Use<T> use) {
    JniUtils.setGradMode(true);
    LoraStack.Leaf leaf = adapters.leaf();
    NDArray logits = decoder.logits(scratch, example.ids(), example.asked(), leaf);
    NDArray losses = losses(scratch, example, logits);
    NDArray ones = scratch.ones(losses.getShape());
    JniUtils.backward((PtNDArray) losses, (PtNDArray) ones, false, false);
    JniUtils.setGradMode(false);
    return use.of(scratch, losses, leaf.gradient());
  }

  private <T> T recomputed(NDManager scratch, Encoded.Example example, Use<T> use) {
    JniUtils.setGradMode(false);
    Decoder.Pass pass = decoder.pass(scratch, example.ids(), example.asked());
    Recomputation.Result result =
        new Recomputation(pass, adapters, logits -> losses(scratch, example, logits))
            .run(scratch, pass.embedded());
    return use.of(scratch, result.losses(), result.gradients());
  }

  /** The loss of the base model without any adapter, in nats a token. */
  public float baseLoss(Encoded.Example example) {
    JniUtils.setGradMode(false);
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray logits = decoder.logits(scratch, example.ids(), example.asked(), Lora.NONE);
      return losses(scratch, example, logits).toFloatArray()[0];
    }
  }

  /** Shape [passes, 1]. */
  private static NDArray losses(NDManager scratch, Encoded.Example example, NDArray logits) {
    return TokenLosses.of(scratch, logits, example.next()).mean(new int[] {1}, false);
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
