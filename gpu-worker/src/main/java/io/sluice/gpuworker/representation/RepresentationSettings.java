package io.sluice.gpuworker.representation;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What makes a representation.
 *
 * @param kind what stands for an example
 * @param form of a candidate's gradient; kinds without gradients have no use for it
 * @param model folder of the base model, in Hugging Face format
 * @param checkpoints folders of its warm-up checkpoints, of one run, all different; at least one
 *     where the kind needs them, else of no use
 * @param projection what is done to a gradient before it is normalised; of no use to other kinds
 * @param maxLength tokens after which a candidate is cut, and a query's prompt and answer each; 2
 *     to {@link #MAX_MAX_LENGTH}
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

  /** The most that {@code maxLength} may be. */
  public static final int MAX_MAX_LENGTH = 1 << 20;

  /** The least that it may be: one token says nothing of the next. */
  public static final int MIN_MAX_LENGTH = 2;

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
    requireDifferent(checkpoints);
    requireMaxLength(maxLength);
  }

  /**
   * Checks a limit of length.
   *
   * @throws IllegalArgumentException when it is out of its range
   */
  public static void requireMaxLength(int maxLength) {
    if (maxLength < MIN_MAX_LENGTH || maxLength > MAX_MAX_LENGTH) {
      throw new IllegalArgumentException(
          String.format(
              "a length limit of %d tokens: use %d or more, at most %d",
              maxLength, MIN_MAX_LENGTH, MAX_MAX_LENGTH));
    }
  }

  /** A checkpoint that is given twice would count twice. */
  private static void requireDifferent(List<Path> checkpoints) {
    Set<Path> seen = new HashSet<>();
    for (Path checkpoint : checkpoints) {
      if (!seen.add(checkpoint.toAbsolutePath().normalize())) {
        throw new IllegalArgumentException(
            "checkpoint " + checkpoint + " is given twice, and would count twice: give it once");
      }
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
        RepresentationKind.GRADIENT, GradientForm.ADAM, model, checkpoints, projection, maxLength);
  }

  /** The longest example, in tokens. */
  int positions() {
    return Math.multiplyExact(PARTS, maxLength);
  }
}
