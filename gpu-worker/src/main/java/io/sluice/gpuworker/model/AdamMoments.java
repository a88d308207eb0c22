package io.sluice.gpuworker.model;

import java.io.IOException;

/**
 * The state of Adam at a checkpoint, flat as {@link LoraLayout} says.
 *
 * @param first moving averages of the gradient
 * @param second moving averages of its square, none negative
 */
public record AdamMoments(float[] first, float[] second) {
  /**
   * Reads a checkpoint's moments.
   *
   * @throws UnusableModelException when a parameter has none, or of another shape
   */
  public static AdamMoments read(LoraCheckpoint checkpoint, LoraLayout layout) throws IOException {
    float[] first = read(checkpoint, layout, ".exp_avg");
    float[] second = read(checkpoint, layout, ".exp_avg_sq");
    for (float value : second) {
      if (!(value >= 0)) {
        throw new UnusableModelException(
            checkpoint.moments().path()
                + " has an exp_avg_sq below 0: it is damaged, write it again");
      }
    }
    return new AdamMoments(first, second);
  }

  private static float[] read(LoraCheckpoint checkpoint, LoraLayout layout, String suffix)
      throws IOException {
    float[] flat = new float[layout.size()];
    Safetensors moments = checkpoint.moments();
    for (LoraLayout.Block block : layout.blocks()) {
      String a = LoraCheckpoint.parameter(block.module(), "lora_A") + suffix;
      String b = LoraCheckpoint.parameter(block.module(), "lora_B") + suffix;
      LoraStack.copy(moments.read(a, block.rank(), block.in()), flat, block.offset());
      LoraStack.copy(moments.read(b, block.out(), block.rank()), flat, block.offsetB());
    }
    return flat;
  }
}
