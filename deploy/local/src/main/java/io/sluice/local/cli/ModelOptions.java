package io.sluice.local.cli;

import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.GradientSettings;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.Weighting;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the offline commands represent examples with. */
final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the base model, in Hugging Face format.")
  private Path model;

  @Option(
      names = "--checkpoint",
      required = true,
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folders of its LoRA warm-up checkpoints, all of one run.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--kind",
      defaultValue = "gradient",
      paramLabel = "KIND",
      description = "The representation: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Kind kind;

  @Option(
      names = "--projection",
      defaultValue = "sketch",
      paramLabel = "HOW",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). A sketch is that of the stream;"
              + " none keeps whole gradients.")
  private ProjectionKind projection;

  @Option(
      names = "--dimension",
      defaultValue = "8192",
      paramLabel = "N",
      description = "Values of a sketch, a multiple of 8 (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--max-length",
      defaultValue = "512",
      paramLabel = "TOKENS",
      description =
          "Where a candidate is cut, and a query's prompt and answer each (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxLength;

  /** Representations, spelled as on the command line, where help shows them. */
  enum Kind {
    gradient
  }

  /** Projections, spelled as on the command line, where help shows them. */
  enum ProjectionKind {
    none,
    sketch
  }

  /** Whether vectors are projected. */
  boolean projected() {
    return projection == ProjectionKind.sketch;
  }

  /**
   * The settings that the options give.
   *
   * @throws ParameterException when one is out of its range
   */
  GradientSettings settings(GradientForm form, Weighting weighting) {
    try {
      return new GradientSettings(
          model,
          checkpoints,
          projected() ? Projection.sketch(dimension) : new Projection.None(),
          maxLength,
          form,
          weighting);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
