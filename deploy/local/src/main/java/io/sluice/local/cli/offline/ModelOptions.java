package io.sluice.local.cli.offline;

import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders of its LoRA warm-up checkpoints, all of one run; hidden-state needs none.")
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--kind",
      defaultValue = "gradient",
      converter = KindName.class,
      completionCandidates = KindNames.class,
      paramLabel = "KIND",
      description = "The representation: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RepresentationKind kind;

  @Option(
      names = "--form",
      defaultValue = "adam",
      paramLabel = "FORM",
      description =
          "Of a gradient: adam, the step that the optimizer would take, or plain, which needs"
              + " neither its state nor, for vectors alone, the trainer's log (default:"
              + " ${DEFAULT-VALUE}). Queries are compared by their plain gradients always.")
  private Form form;

  @Option(
      names = "--projection",
      defaultValue = "sketch",
      paramLabel = "HOW",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). A sketch is that of the stream;"
              + " none keeps whole gradients. Hidden states are never sketched.")
  private ProjectionKind projection;

  @Option(
      names = "--dimension",
      defaultValue = "" + Projection.DEFAULT_DIMENSION,
      paramLabel = "N",
      description =
          "Values of a sketch, a multiple of 8 from 8 to 262144 (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--max-length",
      defaultValue = "512",
      paramLabel = "TOKENS",
      description =
          "Where a candidate is cut, and a query's prompt and answer each (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxLength;

  /** Names of kinds are no Java names. */
  static final class KindName implements ITypeConverter<RepresentationKind> {
    @Override
    public RepresentationKind convert(String label) {
      try {
        return RepresentationKind.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The kinds, for help and completion. */
  static final class KindNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return RepresentationKind.labels().iterator();
    }
  }

  /** Forms of a gradient, spelled as on the command line. */
  enum Form {
    adam,
    plain
  }

  /** Projections, spelled as on the command line, where help shows them. */
  enum ProjectionKind {
    none,
    sketch
  }

  /** The kind of representation. */
  RepresentationKind kind() {
    return kind;
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
  RepresentationSettings settings() {
    try {
      return new RepresentationSettings(
          kind,
          form == Form.adam ? GradientForm.ADAM : GradientForm.PLAIN,
          model,
          checkpoints,
          projected() ? Projection.sketch(dimension) : new Projection.None(),
          maxLength);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
