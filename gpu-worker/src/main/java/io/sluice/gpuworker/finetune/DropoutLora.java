package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.sluice.gpuworker.model.decoder.Lora;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Dropout on the inputs of an adapter, as in PEFT: randomly chosen inputs are set to zero and the
 * others are scaled up, independently for each adapted layer. The masks are drawn here rather than
 * by the engine, because all threads share the engine's random number generator and results would
 * depend on the order in which threads use it. For one pass on one thread.
 */
final class DropoutLora implements Lora {
  private static final int BITS = 16;
  private static final int MASK = (1 << BITS) - 1;

  private final Lora adapter;
  private final Set<String> modules;
  private final int dropBelow;
  private final float scale;
  private final SplittableRandom random;

  /**
   * Creates the dropout for one pass.
   *
   * @param adapter computes what the adapter adds to a layer's output
   * @param modules names of the layers that the adapter adapts
   * @param share the probability that an input is dropped, above 0 and below 1; rounded to a
   *     multiple of 1 / 65536
   * @param seed seed of the masks
   */
  DropoutLora(Lora adapter, Set<String> modules, double share, long seed) {
    this.adapter = adapter;
    this.modules = modules;
    dropBelow = (int) Math.round(share * (1 << BITS));
    scale = (float) (1 / (1 - share));
    random = new SplittableRandom(seed);
  }

  @Override
  public Optional<NDArray> delta(String module, NDArray x) {
    return modules.contains(module)
        ? adapter.delta(module, x.mul(mask(x)))
        : adapter.delta(module, x);
  }

  private NDArray mask(NDArray x) {
    float[] mask = new float[Math.toIntExact(x.size())];
    long bits = 0;
    for (int i = 0; i < mask.length; i++) {
      bits = i % (Long.SIZE / BITS) == 0 ? random.nextLong() : bits >>> BITS;
      mask[i] = (bits & MASK) < dropBelow ? 0 : scale;
    }
    NDArray array = x.getManager().create(mask, x.getShape());
    // The graph of gradients reads the memory of the Java array, which must outlive the layer.
    NDScope.unregister(array);
    return array;
  }
}
