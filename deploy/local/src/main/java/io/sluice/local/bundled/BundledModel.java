package io.sluice.local.bundled;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A small Llama with two LoRA checkpoints, so that a first run needs no download.
 *
 * <p>Its numbers are random: it shows the way of the data, and its gradients carry little more than
 * which tokens an example has in common with a query.
 */
public final class BundledModel {
  private static final long SEED = 2027;
  private static final int VOCABULARY = 1024;

  private static final LlamaShape SHAPE =
      new LlamaShape(VOCABULARY, VOCABULARY, 64, 2, 4, 2, 128, 512, false, 8, 32, 2);

  private BundledModel() {}

  /**
   * Writes {@code base} and {@code warmup/checkpoint-N} under a folder.
   *
   * @param folder made where it is missing; files in it are replaced
   */
  public static RandomModel.Written write(Path folder) throws IOException {
    return RandomModel.write(folder, SHAPE, SEED);
  }
}
