package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.model.lora.LoraLayout;

/**
 * The first values of a new adapter: A uniform between plus and minus the inverse root of its
 * columns (He et al. 2015, as PyTorch begins a linear layer), B zero.
 *
 * <p>PEFT makes two linear layers of an adapted one, which draw their weights, then draws A anew:
 * the same numbers are passed over here, so a seed gives the values that it gives there.
 */
final class LoraStart {
  private LoraStart() {}

  /** Values of a layout, flat. */
  static float[] values(LoraLayout layout, long seed) {
    MersenneTwister random = new MersenneTwister(seed);
    float[] values = new float[layout.size()];
    for (LoraLayout.Block block : layout.blocks()) {
      int sizeA = block.rank() * block.in();
      random.skip(sizeA + block.out() * block.rank());
      float bound = (float) (1 / Math.sqrt(block.in()));
      for (int i = block.offset(); i < block.offset() + sizeA; i++) {
        values[i] = random.uniform() * 2 * bound - bound;
      }
    }
    return values;
  }
}
