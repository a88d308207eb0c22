package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The kinds of representation, that is, of the vectors that stand for an example. */
public enum RepresentationKind {
  /**
   * The gradient of the loss with respect to the LoRA parameters, at each warm-up checkpoint
   * (LESS).
   */
  GRADIENT("gradient", true, FeatureEncoding.SIGN, DecoderModel.of(GradientVectors::open)),
  /** The mean of the base model's last hidden states (RDS+), see {@link StatePooling}. */
  HIDDEN_STATE(
      "hidden-state", false, FeatureEncoding.FLOAT16, DecoderModel.of(HiddenStateVectors::open)),
  /** The vector of a sentence-embedding model for the text (EMBED). */
  EMBEDDING("embedding", false, FeatureEncoding.FLOAT16, EmbeddingModel::open);

  private final String label;
  private final boolean needsCheckpoints;
  private final FeatureEncoding defaultEncoding;
  private final LoadedModel.Opener opener;

  RepresentationKind(
      String label,
      boolean needsCheckpoints,
      FeatureEncoding defaultEncoding,
      LoadedModel.Opener opener) {
    this.defaultEncoding = defaultEncoding;
    this.label = label;
    this.needsCheckpoints = needsCheckpoints;
    this.opener = opener;
  }

  /**
   * The kind with a given label.
   *
   * @throws IllegalArgumentException when there is no such kind; the message lists the labels of
   *     all kinds
   */
  public static RepresentationKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "kind " + label + ": use " + String.join(" or ", labels())));
  }

  /** The labels of all kinds. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(RepresentationKind::label).toList();
  }

  /** The name of the kind in settings, such as {@code hidden-state}. */
  public String label() {
    return label;
  }

  /** Whether the kind needs warm-up checkpoints in addition to the base model. */
  public boolean needsCheckpoints() {
    return needsCheckpoints;
  }

  /**
   * The default encoding of candidates' vectors. One bit per value is enough for a sketch, which
   * has many values (deploy/docs/encodings.md), but not for a hidden state or an embedding.
   */
  public FeatureEncoding defaultEncoding() {
    return defaultEncoding;
  }

  /**
   * Whether the kind computes with the model that is to be trained, or one of its family, and so
   * needs its folder. Sentence embeddings have a model of their own, and a bundled one.
   */
  public boolean needsBaseModel() {
    return this != EMBEDDING;
  }

  /**
   * Checks that the kind can be computed on devices that were chosen.
   *
   * @throws IllegalArgumentException when GPUs were chosen for a kind that is computed on the CPU
   */
  public void requireFitting(DeviceChoice devices) {
    boolean mayBeCpu = devices instanceof DeviceChoice.Auto || devices instanceof DeviceChoice.Cpu;
    if (this == EMBEDDING && !mayBeCpu) {
      throw new IllegalArgumentException(
          "devices "
              + devices.label()
              + ": kind embedding is computed on the CPU, use auto or cpu");
    }
  }

  /** Loads the model files onto the devices of this machine, see {@link LoadedModel.Opener}. */
  LoadedModel<?> open(RepresentationSettings settings, ComputeSettings compute, StageTimes times)
      throws IOException {
    return opener.open(settings, compute, times);
  }
}
