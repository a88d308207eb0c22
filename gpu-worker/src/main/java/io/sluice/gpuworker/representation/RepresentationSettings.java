package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings that determine the vectors of a representation.
 *
 * @param kind the kind of representation
 * @param form the form of candidates' gradients; ignored by kinds without gradients
 * @param model folder of the base model, in Hugging Face format; of a sentence-transformers model
 *     for sentence embeddings, whose bundled model is used when it is empty
 * @param checkpoints different folders of warm-up checkpoints from one training run of the base
 *     model. At least one when the kind needs checkpoints; ignored otherwise.
 * @param projection applied to gradients before they are scaled to unit length; ignored by kinds
 *     without gradients
 * @param text how examples become tokens; the query mode {@link QueryMode#PROMPT} needs a kind
 *     without gradients
 * @param prompts what is put before texts; for sentence embeddings only
 * @param pooling how the hidden states of tokens become one vector; another one than {@link
 *     StatePooling#WEIGHTED_MEAN} is for hidden states only
 * @param weights how the base model's weights are kept and multiplied; not for sentence embeddings
 */
public record RepresentationSettings(
    RepresentationKind kind,
    GradientForm form,
    Optional<Path> model,
    List<Path> checkpoints,
    Projection projection,
    TextSettings text,
    Prompts prompts,
    StatePooling pooling,
    WeightSettings weights) {
  /**
   * A query has two parts, its prompt and its answer, and each is truncated to the length limit.
   */
  private static final int PARTS = 2;

  /**
   * Copies the list of checkpoints.
   *
   * @throws IllegalArgumentException when the kind needs a model or a checkpoint and there is none,
   *     two checkpoints are the same, the kind needs an answer and the query mode has none, or
   *     something is given that the kind cannot use
   */
  public RepresentationSettings {
    checkpoints = List.copyOf(checkpoints);
    if (kind.needsBaseModel() && model.isEmpty()) {
      throw new IllegalArgumentException(
          "no model: representations of the kind " + kind.label() + " need its folder");
    }
    if (kind.needsCheckpoints() && checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "no checkpoint: representations of the kind "
              + kind.label()
              + " need at least one folder of a LoRA warm-up checkpoint");
    }
    requireDifferent(checkpoints);
    if (kind.needsCheckpoints() && text.queries() == QueryMode.PROMPT) {
      throw new IllegalArgumentException(
          "query mode "
              + text.queries().label()
              + ": a prompt alone has no loss and so no gradient, use kind hidden-state, kind embedding or another query mode");
    }
    if (kind != RepresentationKind.HIDDEN_STATE && pooling != StatePooling.WEIGHTED_MEAN) {
      throw new IllegalArgumentException(
          "pooling "
              + pooling.label()
              + " is for the kind hidden-state, not for "
              + kind.label()
              + ": leave it out");
    }
    if (kind == RepresentationKind.EMBEDDING) {
      requireEmbeddable(checkpoints, text, weights);
    } else if (!prompts.equals(Prompts.OF_MODEL)) {
      throw new IllegalArgumentException(
          "prompts are for the kind embedding, not for " + kind.label());
    }
  }

  /** The same settings with other weights. */
  public RepresentationSettings with(WeightSettings others) {
    return new RepresentationSettings(
        kind, form, model, checkpoints, projection, text, prompts, pooling, others);
  }

  private static void requireEmbeddable(
      List<Path> checkpoints, TextSettings text, WeightSettings weights) {
    if (!weights.equals(WeightSettings.DEFAULT)) {
      throw new IllegalArgumentException(
          "dtype "
              + weights.dtype().label()
              + ", compute "
              + weights.compute().label()
              + ": kind embedding computes in float32, leave both out");
    }
    if (!checkpoints.isEmpty()) {
      throw new IllegalArgumentException(
          "checkpoint " + checkpoints.get(0) + ": kind embedding has no checkpoints, give none");
    }
    if (!(text.form() instanceof TextForm.Reference)) {
      throw new IllegalArgumentException(
          "kind embedding has the text form reference only: a sentence-embedding model has no chat"
              + " template");
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
    return gradient(model, checkpoints, Projection.DEFAULT, TextSettings.DEFAULT_MAX_LENGTH);
  }

  /**
   * Gradients as defined by LESS, of texts in the published form: candidates have {@link
   * GradientForm#ADAM}.
   */
  public static RepresentationSettings gradient(
      Path model, List<Path> checkpoints, Projection projection, int maxLength) {
    return new RepresentationSettings(
        RepresentationKind.GRADIENT,
        GradientForm.ADAM,
        Optional.of(model),
        checkpoints,
        projection,
        TextSettings.reference(maxLength),
        Prompts.OF_MODEL,
        StatePooling.WEIGHTED_MEAN,
        WeightSettings.DEFAULT);
  }

  /** The folder of the base model, for kinds that need one. */
  public Path folder() {
    return model.orElseThrow();
  }

  /** The length of the longest possible example, in tokens. */
  int positions() {
    return Math.multiplyExact(PARTS, text.maxLength());
  }
}
