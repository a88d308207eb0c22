package io.sluice.gpuworker.representation;

import java.nio.file.Path;
import java.util.List;

/**
 * What makes a gradient representation.
 *
 * @param model folder of the base model, in Hugging Face format
 * @param checkpoints folders of its warm-up checkpoints, at least one, of one run
 * @param projection what is done to a gradient before it is normalised
 * @param maxLength tokens after which a candidate is cut, and a query's prompt and answer each; at
 *     least 2
 */
public record GradientSettings(
    Path model, List<Path> checkpoints, Projection projection, int maxLength) {
  /** The default of {@code maxLength}. */
  public static final int DEFAULT_MAX_LENGTH = 512;

  /** Checks and copies. */
  public GradientSettings {
    checkpoints = List.copyOf(checkpoints);
    if (checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "no checkpoint: give at least one folder of a LoRA warm-up checkpoint");
    }
    if (maxLength < 2) {
      throw new IllegalArgumentException(
          "a length limit of " + maxLength + " tokens: use 2 or more");
    }
  }

  /** With the default projection and length. */
  public static GradientSettings of(Path model, List<Path> checkpoints) {
    return new GradientSettings(model, checkpoints, Projection.DEFAULT, DEFAULT_MAX_LENGTH);
  }
}
