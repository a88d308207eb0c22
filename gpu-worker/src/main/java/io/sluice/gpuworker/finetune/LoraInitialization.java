package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.model.lora.LoraLayout;

/**
 * The initial values of a new adapter: B is zero, and the values of A are uniform between plus and
 * minus the inverse square root of the number of its columns (He et al. 2015; PyTorch initializes a
 * linear layer in the same way).
 *
 * <p>For each adapted layer, PEFT creates two linear layers, which draw random weights, and then
 * draws A again. Skipping the same random numbers here makes a seed give the same values as in
 * PEFT.
 */
final class LoraInitialization {
  private LoraInitialization() {}

  /** The initial values of all adapters of a layout, flat. */
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
