package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.decoder.Batch;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.lora.LoraLayout;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Computes the gradients of examples' losses with respect to the LoRA parameters of each
 * checkpoint.
 *
 * <p>The loss is the mean cross-entropy over the learnt tokens. One forward and one backward pass
 * serve all checkpoints, and several examples: the adapters are stacked on the batch axis, once for
 * each example, so that each example has a separate gradient at each checkpoint. Thread-safe.
 *
 * <p>Gradient mode is switched on per thread, and backward passes are started, through DJL's native
 * interface, because DJL's GradientCollector allows only one collector per process.
 */
public final class GradientEngine {
  private final NDManager manager;
  private final Decoder decoder;
  private final LoraStack adapters;
  private final Predicate<List<Encoded.Example>> recompute;

  /** The weights of a head whose gradient needs no graph. */
  private final Optional<NDArray> head;

  /**
   * Creates an engine.
   *
   * @param manager the parent of the managers for each pass; on the model's device
   * @param adapters the adapters of the checkpoints
   * @param recompute for which passes the backward pass recomputes the states inside each part of
   *     the model instead of keeping them, which takes less memory and more time
   */
  public GradientEngine(
      NDManager manager,
      Decoder decoder,
      LoraStack adapters,
      Predicate<List<Encoded.Example>> recompute) {
    this.recompute = recompute;
    this.manager = manager;
    this.decoder = decoder;
    this.adapters = adapters;
    head =
        decoder.plainHead(
            adapters.layout().blocks().stream()
                .map(LoraLayout.Block::module)
                .collect(Collectors.toUnmodifiableSet()));
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
     * Computes the result. The first axis of both arrays holds all examples at the first
     * checkpoint, then all of them at the second one, and so on.
     *
     * @param scratch owns the arrays that are computed; closed when the function has returned
     * @param losses the mean cross-entropy in nats per token, shape [checkpoints * examples, 1]
     * @param gradients the gradients, shape [checkpoints * examples, {@link
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
    return compute(List.of(example)).get(0);
  }

  /**
   * Computes the losses and gradients of examples in one pass. They differ from those of each
   * example alone by rounding only.
   *
   * @param examples at least one; each must have at least one learnt token, and only ids in the
   *     model's vocabulary
   * @return one result per example
   */
  public List<Result> compute(List<Encoded.Example> examples) {
    return compute(
        examples,
        (scratch, losses, gradients) -> results(examples.size(), losses.toFloatArray(), gradients));
  }

  /**
   * Computes the losses and gradients of examples in one pass, and passes them to a function while
   * they are on the device.
   *
   * @param examples see {@link #compute(List)}
   * @return the result of the function
   */
  public <T> T compute(List<Encoded.Example> examples, GradientFunction<T> function) {
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      return recompute.test(examples)
          ? withRecomputation(scratch, examples, function)
          : inOnePass(scratch, examples, function);
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private <T> T inOnePass(
      NDManager scratch, List<Encoded.Example> examples, GradientFunction<T> function) {
    JniUtils.setGradMode(true);
    LoraStack.Leaf leaf = adapters.leaf(examples.size());
    NDArray losses =
        head.isPresent()
            ? backward(scratch, examples, leaf, head.get())
            : backward(scratch, examples, leaf);
    JniUtils.setGradMode(false);
    return function.apply(scratch, losses, leaf.gradient());
  }

  private NDArray backward(
      NDManager scratch, List<Encoded.Example> examples, LoraStack.Leaf leaf, NDArray weights) {
    NDArray states = decoder.states(scratch, batch(examples), leaf);
    JniUtils.setGradMode(false);
    HeadGradient end = HeadGradient.of(scratch, states, weights, targets(examples));
    JniUtils.backward((PtNDArray) states, (PtNDArray) end.gradient(), false, false);
    return end.losses();
  }

  private NDArray backward(NDManager scratch, List<Encoded.Example> examples, LoraStack.Leaf leaf) {
    NDArray losses;
    try (NDArray logits = decoder.logits(scratch, batch(examples), leaf)) {
      losses = losses(scratch, examples, logits);
    }
    NDArray ones = scratch.ones(losses.getShape());
    JniUtils.backward((PtNDArray) losses, (PtNDArray) ones, false, false);
    return losses;
  }

  private <T> T withRecomputation(
      NDManager scratch, List<Encoded.Example> examples, GradientFunction<T> function) {
    JniUtils.setGradMode(false);
    Decoder.Pass pass = decoder.pass(scratch, batch(examples));
    Recomputation recomputation =
        head.isPresent()
            ? new Recomputation(
                pass.parts().subList(0, pass.parts().size() - 1),
                adapters,
                examples.size(),
                states -> HeadGradient.of(scratch, states, head.get(), targets(examples)))
            : new Recomputation(
                withLosses(pass.parts(), logits -> losses(scratch, examples, logits)),
                adapters,
                examples.size(),
                losses -> new HeadGradient(losses, scratch.ones(losses.getShape())));
    Recomputation.Result result = recomputation.run(pass.embedded());
    return function.apply(scratch, result.losses(), result.gradients());
  }

  /** The same parts, of which the last one returns losses instead of logits. */
  private static List<Decoder.Part> withLosses(
      List<Decoder.Part> parts, UnaryOperator<NDArray> losses) {
    List<Decoder.Part> all = new ArrayList<>(parts);
    Decoder.Part last = all.remove(all.size() - 1);
    all.add(
        new Decoder.Part(last.linears(), (x, lora) -> losses.apply(last.step().apply(x, lora))));
    return all;
  }

  private Batch batch(List<Encoded.Example> examples) {
    return new Batch(
        examples.stream().map(Encoded.Example::ids).toList(),
        examples.stream().map(Encoded.Example::asked).toList(),
        examples.size() == 1 ? 1 : adapters.adapters());
  }

  /** The loss of the base model without an adapter: mean cross-entropy in nats per token. */
  public float baseLoss(Encoded.Example example) {
    JniUtils.setGradMode(false);
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray logits = decoder.logits(scratch, example.ids(), example.asked(), Lora.NONE);
      return losses(scratch, List.of(example), logits).toFloatArray()[0];
    }
  }

  /** The mean losses over the learnt tokens, shape [1 or checkpoints * examples, 1]. */
  private static NDArray losses(NDManager scratch, List<Encoded.Example> examples, NDArray logits) {
    return examples.size() == 1
        ? TokenLosses.of(scratch, logits, examples.get(0).targets()).mean(new int[] {1}, false)
        : TokenLosses.means(scratch, logits, targets(examples));
  }

  private static List<long[]> targets(List<Encoded.Example> examples) {
    return examples.stream().map(Encoded.Example::targets).toList();
  }

  /** Copies one gradient after another, since all of them together may be large. */
  private List<Result> results(int examples, float[] losses, NDArray gradients) {
    List<Result> results = new ArrayList<>();
    for (int e = 0; e < examples; e++) {
      float[] own = new float[adapters.adapters()];
      float[][] rows = new float[own.length][];
      for (int c = 0; c < rows.length; c++) {
        int lane = c * examples + e;
        own[c] = losses[lane];
        rows[c] = gradients.get(lane).toFloatArray();
      }
      results.add(new Result(own, rows));
    }
    return results;
  }
}
