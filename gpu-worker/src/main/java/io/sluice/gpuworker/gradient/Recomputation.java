package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gradient checkpointing (Chen et al. 2016): the forward pass keeps only the states between the
 * parts of the model, and the backward pass recomputes each part. This costs one more forward pass,
 * but only the graph of one part is in memory at a time. An instance computes one pass, on one
 * thread.
 */
final class Recomputation {
  private final List<Decoder.Part> parts;
  private final LoraStack adapters;
  private final int examples;
  private final Function<NDArray, HeadGradient> end;

  /** The index of the first part with an adapter; no gradients are needed below it. */
  private final int firstAdapted;

  /**
   * Prepares a pass.
   *
   * @param parts the parts of the forward pass that are recomputed
   * @param examples the number of examples that pass side by side
   * @param end computes the losses from the output of the last part, and the gradients with respect
   *     to that output
   */
  Recomputation(
      List<Decoder.Part> parts,
      LoraStack adapters,
      int examples,
      Function<NDArray, HeadGradient> end) {
    this.parts = List.copyOf(parts);
    this.adapters = adapters;
    this.examples = examples;
    this.end = end;
    int part = 0;
    while (!adapters.adapts(parts.get(part))) {
      part++;
    }
    firstAdapted = part;
  }

  /**
   * The losses and gradients of the examples of a pass.
   *
   * @param losses the losses, shape [checkpoints * examples, 1]
   * @param gradients the gradients, shape [checkpoints * examples, size], in the order of the
   *     layout
   */
  record Result(NDArray losses, NDArray gradients) {}

  /**
   * Computes losses and gradients. Gradient mode of the thread is off afterwards.
   *
   * @param embedded the embeddings of the tokens, which are the input of the first part
   */
  Result run(NDArray embedded) {
    List<NDArray> states = forward(embedded);
    HeadGradient last = end.apply(states.get(parts.size()));
    NDArray upstream = last.gradient();
    NDList gradients = new NDList();
    for (int i = parts.size() - 1; i >= firstAdapted; i--) {
      upstream = backward(i, states.get(i), upstream, gradients);
    }
    return new Result(last.losses(), NDArrays.concat(gradients, 1));
  }

  /** Computes the state before each part and after the last one. */
  private List<NDArray> forward(NDArray embedded) {
    JniUtils.setGradMode(false);
    List<NDArray> states = new ArrayList<>(List.of(embedded));
    for (Decoder.Part part : parts) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        NDArray state =
            part.step().apply(states.get(states.size() - 1), lora(adapters.leaf(part, examples)));
        NDScope.unregister(state);
        states.add(state);
      }
    }
    return states;
  }

  /**
   * Recomputes a part and passes a gradient back through it.
   *
   * @param state the input of the part
   * @param upstream the gradient of the part's output
   * @param gradients the gradient of the part's adapters is inserted at the front
   * @return the gradient of the part's input; {@code upstream} for the last part of the backward
   *     pass, whose input needs no gradient
   */
  private NDArray backward(int i, NDArray state, NDArray upstream, NDList gradients) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray input = state.stopGradient();
      input.setRequiresGradient(i > firstAdapted);
      JniUtils.setGradMode(true);
      Optional<LoraStack.Leaf> leaf = adapters.leaf(parts.get(i), examples);
      NDArray output = parts.get(i).step().apply(input, lora(leaf));
      JniUtils.backward((PtNDArray) output, (PtNDArray) upstream, false, false);
      leaf.ifPresent(adapted -> gradients.add(0, detachFromScope(adapted.gradient())));
      return i > firstAdapted ? detachFromScope(input.getGradient()) : upstream;
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private static Lora lora(Optional<LoraStack.Leaf> leaf) {
    return leaf.<Lora>map(adapted -> adapted).orElse(Lora.NONE);
  }

  /** Removes an array from the current scope, so that it is freed with its manager instead. */
  private static NDArray detachFromScope(NDArray array) {
    NDScope.unregister(array);
    return array;
  }
}
