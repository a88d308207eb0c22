package io.sluice.gpuworker.representation;

import io.sluice.schemas.FeatureEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The kinds of representation: what stands for an example. */
public enum RepresentationKind {
  /** The loss's gradient in the LoRA parameters of each checkpoint (LESS). */
  GRADIENT("gradient", true, FeatureEncoding.SIGN, GradientVectors::open),
  /** The base model's last hidden states, averaged (RDS+). */
  HIDDEN_STATE("hidden-state", false, FeatureEncoding.FLOAT16, HiddenStateVectors::open);

  private final String label;
  private final boolean needsCheckpoints;
  private final FeatureEncoding defaultEncoding;
  private final Opener opener;

  RepresentationKind(
      String label, boolean needsCheckpoints, FeatureEncoding defaultEncoding, Opener opener) {
    this.defaultEncoding = defaultEncoding;
    this.label = label;
    this.needsCheckpoints = needsCheckpoints;
    this.opener = opener;
  }

  /** Loads what a kind computes with. */
  private interface Opener {
    ExampleVectors open(RepresentationSettings settings, ComputeDevice device) throws IOException;
  }

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException when there is none; names those that are
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

  /** The names of all kinds. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(RepresentationKind::label).toList();
  }

  /** The name that settings use. */
  public String label() {
    return label;
  }

  /** Whether it computes with warm-up checkpoints, not with the base model alone. */
  public boolean needsCheckpoints() {
    return needsCheckpoints;
  }

  /**
   * How candidates' values are stored unless another way is wanted. One bit each will do for a
   * sketch, which has values to spare (deploy/docs/encodings.md), but not for a hidden state.
   */
  public FeatureEncoding defaultEncoding() {
    return defaultEncoding;
  }

  ExampleVectors open(RepresentationSettings settings, ComputeDevice device) throws IOException {
    return opener.open(settings, device);
  }
}
