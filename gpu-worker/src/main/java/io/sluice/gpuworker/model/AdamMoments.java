package io.sluice.gpuworker.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The state of Adam at a checkpoint, flat as {@link LoraLayout} says.
 *
 * @param first moving averages of the gradient
 * @param second moving averages of its square, none negative
 */
public record AdamMoments(float[] first, float[] second) {
  private static final String NAME = "optimizer_state.safetensors";

  /**
   * The file of a checkpoint's folder that holds the moments.
   *
   * @throws UnusableModelException when there is none
   */
  public static Path file(Path folder) throws UnusableModelException {
    String advice =
        Files.isRegularFile(folder.resolve("optimizer.pt"))
            ? "optimizer.pt is there but is not read yet. "
            : "a gradient representation needs the state of Adam. ";
    return UnusableModelException.required(
        folder,
        NAME,
        advice + "Save the moments of each parameter as NAME.exp_avg and NAME.exp_avg_sq in it");
  }

  /**
   * Reads a checkpoint's moments.
   *
   * @throws UnusableModelException when a parameter has none, or of another shape
   */
  public static AdamMoments read(LoraCheckpoint checkpoint, LoraLayout layout) throws IOException {
    Safetensors file = Safetensors.open(file(checkpoint.folder()));
    float[] first = read(file, layout, ".exp_avg");
    float[] second = read(file, layout, ".exp_avg_sq");
    for (float value : second) {
      if (!(value >= 0)) {
        throw new UnusableModelException(
            file.path() + " has an exp_avg_sq below 0: it is damaged, write it again");
      }
    }
    return new AdamMoments(first, second);
  }

  private static float[] read(Safetensors file, LoraLayout layout, String suffix)
      throws IOException {
    float[] flat = new float[layout.size()];
    for (LoraLayout.Block block : layout.blocks()) {
      String a = LoraCheckpoint.parameter(block.module(), "lora_A") + suffix;
      String b = LoraCheckpoint.parameter(block.module(), "lora_B") + suffix;
      LoraStack.copy(file.read(a, block.rank(), block.in()), flat, block.offset());
      LoraStack.copy(file.read(b, block.out(), block.rank()), flat, block.offsetB());
    }
    return flat;
  }
}
