package io.sluice.gpuworker.gradient;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.lora.LoraStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Passes an example through the model keeping only the states between its parts, and computes each
 * part again on the way back (Chen et al. 2016): for one more pass forth, the graph of one part is
 * in memory at a time.
 */
final class Recomputation {
  private final List<Decoder.Part> parts;
  private final LoraStack adapters;

  /** The part that has the lowest adapter: no gradient is needed below it. */
  private final int lowest;

  /**
   * A pass.
   *
   * @param pass ends in losses, shape [checkpoints, 1]
   */
  Recomputation(Decoder.Pass pass, LoraStack adapters, UnaryOperator<NDArray> loss) {
    this.adapters = adapters;
    int last = pass.parts().size() - 1;
    Decoder.Part end = pass.parts().get(last);
    parts = new ArrayList<>(pass.parts().subList(0, last));
    parts.add(new Decoder.Part(end.linears(), (x, lora) -> loss.apply(end.step().apply(x, lora))));
    int part = 0;
    while (!adapters.adapts(parts.get(part))) {
      part++;
    }
    lowest = part;
  }

  /**
   * What a pass leaves.
   *
   * @param losses shape [checkpoints, 1]
   * @param gradients shape [checkpoints, size]
   */
  record Result(NDArray losses, NDArray gradients) {}

  /**
   * Computes losses and gradients; leaves the thread's gradient mode off.
   *
   * @param scratch owns what is computed
   * @param embedded where the pass begins
   */
  Result run(NDManager scratch, NDArray embedded) {
    List<NDArray> states = forth(embedded);
    NDArray losses = states.get(parts.size());
    NDArray upstream = scratch.ones(losses.getShape());
    NDList gradients = new NDList();
    for (int i = parts.size() - 1; i >= lowest; i--) {
      upstream = back(i, states.get(i), upstream, gradients);
    }
    return new Result(losses, NDArrays.concat(gradients, 1));
  }

  /** The state before each part, and after the last. */
  private List<NDArray> forth(NDArray embedded) {
    JniUtils.setGradMode(false);
    List<NDArray> states = new ArrayList<>(List.of(embedded));
    for (Decoder.Part part : parts) {
      try (NDScope scope = new NDScope()) {
        scope.suppressNotUsedWarning();
        NDArray state = part.step().apply(states.get(states.size() - 1), lora(adapters.leaf(part)));
        NDScope.unregister(state);
        states.add(state);
      }
    }
    return states;
  }

  /**
   * Passes a gradient back through a part.
   *
   * @param gradients receives that of the part's adapters, in front
   * @return the gradient of the part's input; that of its output where none is needed any more
   */
  private NDArray back(int i, NDArray state, NDArray upstream, NDList gradients) {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray input = state.stopGradient();
      input.setRequiresGradient(i > lowest);
      JniUtils.setGradMode(true);
      Optional<LoraStack.Leaf> leaf = adapters.leaf(parts.get(i));
      NDArray output = parts.get(i).step().apply(input, lora(leaf));
      JniUtils.backward((PtNDArray) output, (PtNDArray) upstream, false, false);
      leaf.ifPresent(adapted -> gradients.add(0, kept(adapted.gradient())));
      return i > lowest ? kept(input.getGradient()) : upstream;
    } finally {
      JniUtils.setGradMode(false);
    }
  }

  private static Lora lora(Optional<LoraStack.Leaf> leaf) {
    return leaf.<Lora>map(adapted -> adapted).orElse(Lora.NONE);
  }

  /** Outlives the scope, and is freed with its manager. */
  private static NDArray kept(NDArray array) {
    NDScope.unregister(array);
    return array;
  }
}
