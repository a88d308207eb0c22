package io.sluice.gpuworker.representation;

import java.nio.file.Path;
import java.util.List;

/**
 * What makes a representation.
 *
 * @param kind what stands for an example
 * @param form of a candidate's gradient; kinds without gradients have no use for it
 * @param model folder of the base model, in Hugging Face format
 * @param checkpoints folders of its warm-up checkpoints, of one run; at least one where the kind
 *     needs them, else of no use
 * @param projection what is done to a gradient before it is normalised; of no use to other kinds
 * @param maxLength tokens after which a candidate is cut, and a query's prompt and answer each; at
 *     least 2
 */
public record RepresentationSettings(
    Kind kind,
    GradientForm form,
    Path model,
    List<Path> checkpoints,
    Projection projection,
    int maxLength) {
  /** The default of {@code maxLength}. */
  public static final int DEFAULT_MAX_LENGTH = 512;

  /** A query's prompt and its answer are each cut at the length limit. */
  private static final int PARTS = 2;

  /** Checks and copies. */
  public RepresentationSettings {
    checkpoints = List.copyOf(checkpoints);
    if (kind.needsCheckpoints() && checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "no checkpoint: kind "
              + kind.label()
              + " needs at least one folder of a LoRA warm-up checkpoint");
    }
    if (maxLength < 2) {
      throw new IllegalArgumentException(
          "a length limit of " + maxLength + " tokens: use 2 or more");
    }
  }

  /** Gradients as LESS defines them, with the default projection and length. */
  public static RepresentationSettings gradient(Path model, List<Path> checkpoints) {
    return gradient(model, checkpoints, Projection.DEFAULT, DEFAULT_MAX_LENGTH);
  }

  /** Gradients as LESS defines them: candidates in the form of an Adam step. */
  public static RepresentationSettings gradient(
      Path model, List<Path> checkpoints, Projection projection, int maxLength) {
    return new RepresentationSettings(
        Kind.GRADIENT, GradientForm.ADAM, model, checkpoints, projection, maxLength);
  }

  /** The longest example, in tokens. */
  int positions() {
    return Math.multiplyExact(PARTS, maxLength);
  }
}
