package io.sluice.gpuworker.representation;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The settings that determine the vectors of a representation.
 *
 * @param kind the kind of representation
 * @param form the form of candidates' gradients; ignored by kinds without gradients
 * @param model folder of the base model, in Hugging Face format
 * @param checkpoints different folders of warm-up checkpoints from one training run of the base
 *     model. At least one when the kind needs checkpoints; ignored otherwise.
 * @param projection applied to gradients before they are scaled to unit length; ignored by kinds
 *     without gradients
 * @param maxLength the number of tokens to which a candidate is truncated, as are a query's prompt
 *     and answer separately; {@link #MIN_MAX_LENGTH} to {@link #MAX_MAX_LENGTH}
 */
public record RepresentationSettings(
    RepresentationKind kind,
    GradientForm form,
    Path model,
    List<Path> checkpoints,
    Projection projection,
    int maxLength) {
  /** The default of {@code maxLength}. */
  public static final int DEFAULT_MAX_LENGTH = 512;

  /** The largest allowed {@code maxLength}. */
  public static final int MAX_MAX_LENGTH = 1 << 20;

  /** The smallest allowed {@code maxLength}: a single token has no next token to predict. */
  public static final int MIN_MAX_LENGTH = 2;

  /**
   * A query has two parts, its prompt and its answer, and each is truncated to the length limit.
   */
  private static final int PARTS = 2;

  /**
   * Copies the list of checkpoints.
   *
   * @throws IllegalArgumentException when the kind needs a checkpoint and there is none, two are
   *     the same, or the length limit is out of range
   */
  public RepresentationSettings {
    checkpoints = List.copyOf(checkpoints);
    if (kind.needsCheckpoints() && checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "no checkpoint: representations of the kind "
              + kind.label()
              + " need at least one folder of a LoRA warm-up checkpoint");
    }
    requireDifferent(checkpoints);
    requireMaxLength(maxLength);
  }

  /**
   * Checks a length limit in tokens.
   *
   * @throws IllegalArgumentException when it is not {@link #MIN_MAX_LENGTH} to {@link
   *     #MAX_MAX_LENGTH}
   */
  public static void requireMaxLength(int maxLength) {
    if (maxLength < MIN_MAX_LENGTH || maxLength > MAX_MAX_LENGTH) {
      throw new IllegalArgumentException(
          String.format(
              "a length limit of %d tokens: use %d or more, at most %d",
              maxLength, MIN_MAX_LENGTH, MAX_MAX_LENGTH));
    }
  }

  private static void requireDifferent(List<Path> checkpoints) {
    Set<Path> seen = new HashSet<>();
    for (Path checkpoint : checkpoints) {
      if (!seen.add(checkpoint.toAbsolutePath().normalize())) {
        throw new IllegalArgumentException(
            "checkpoint " + checkpoint + " is given twice and would count twice: give it once");
      }
    }
  }

  /** Gradients as defined by LESS, with the default projection and length limit. */
  public static RepresentationSettings gradient(Path model, List<Path> checkpoints) {
    return gradient(model, checkpoints, Projection.DEFAULT, DEFAULT_MAX_LENGTH);
  }

  /** Gradients as defined by LESS: candidates have {@link GradientForm#ADAM}. */
  public static RepresentationSettings gradient(
      Path model, List<Path> checkpoints, Projection projection, int maxLength) {
    return new RepresentationSettings(
        RepresentationKind.GRADIENT, GradientForm.ADAM, model, checkpoints, projection, maxLength);
  }

  /** The length of the longest possible example, in tokens. */
  int positions() {
    return Math.multiplyExact(PARTS, maxLength);
  }
}
