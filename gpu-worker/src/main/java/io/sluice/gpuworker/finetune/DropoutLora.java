package io.sluice.gpuworker.finetune;

import ai.djl.ndarray.NDArray;
import io.sluice.gpuworker.model.decoder.Lora;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Leaves out some of an adapter's inputs at random and scales the others up, as PEFT does; each
 * adapted layer leaves out others. Masks are made here and not by the engine, whose generator is
 * one for all threads.
 */
final class DropoutLora implements Lora {
  private static final int BITS = 16;
  private static final int MASK = (1 << BITS) - 1;

  private final Lora adapter;
  private final Set<String> modules;
  private final int leftOut;
  private final float scale;
  private final SplittableRandom random;

  /**
   * Dropout for one pass.
   *
   * @param modules those that the adapter adapts
   * @param share of the inputs that is left out, above 0 and below 1; rounded to 1 / 65536
   */
  DropoutLora(Lora adapter, Set<String> modules, double share, long seed) {
    this.adapter = adapter;
    this.modules = modules;
    leftOut = (int) Math.round(share * (1 << BITS));
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
      mask[i] = (bits & MASK) < leftOut ? 0 : scale;
    }
    return x.getManager().create(mask, x.getShape());
  }
}
