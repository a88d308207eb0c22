package io.sluice.local.cli.offline;

import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.local.cli.options.KindName;
import io.sluice.local.cli.options.KindNames;
import io.sluice.local.cli.options.TextFormOptions;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options with which offline commands choose a model and a representation. */
final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Folder of the base model, in Hugging Face format. For embedding: of a"
              + " sentence-transformers model with an ONNX export (default: the bundled"
              + " all-MiniLM-L6-v2).")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--checkpoint",
      arity = "1..*",
      paramLabel = "DIR",
      description =
          "Folders of the model's LoRA warm-up checkpoints, all of one run; for gradient"
              + " only.")
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
          "The form of gradients: adam, the step that the optimizer would take, or plain, the"
              + " gradient itself, which needs neither the optimizer's state nor, if no scores are"
              + " computed, the trainer's log (default: ${DEFAULT-VALUE}). Queries are always"
              + " represented by plain gradients.")
  private Form form;

  @Option(
      names = "--projection",
      defaultValue = "sketch",
      paramLabel = "HOW",
      description =
          "How gradients are shortened: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). sketch"
              + " computes the same sketch as the worker; none keeps whole gradients. Hidden states"
              + " and embeddings are never sketched.")
  private ProjectionKind projection;

  @Option(
      names = "--dimension",
      defaultValue = "" + Projection.DEFAULT_DIMENSION,
      paramLabel = "N",
      description =
          "Number of values of a sketch, a multiple of 8 from 8 to 262144 (default:"
              + " ${DEFAULT-VALUE}).")
  private int dimension;

  @Mixin private TextFormOptions text;

  @Option(
      names = "--query-mode",
      defaultValue = "prompt-and-response",
      converter = QueryModeName.class,
      completionCandidates = QueryModeNames.class,
      paramLabel = "MODE",
      description = {
        "The part of a query that stands for it: ${COMPLETION-CANDIDATES} (default:"
            + " ${DEFAULT-VALUE}). prompt has no gradient and is for the other kinds."
      })
  private QueryMode queries;

  @Option(
      names = "--max-length",
      defaultValue = "" + TextSettings.DEFAULT_MAX_LENGTH,
      paramLabel = "TOKENS",
      description =
          "The number of tokens after which a candidate is truncated, and likewise a query's prompt"
              + " and its answer. Embeddings have the limit of their model, if it is lower, for whole"
              + " texts (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(
      names = "--pooling",
      paramLabel = "HOW",
      defaultValue = "weighted-mean",
      converter = PoolingName.class,
      completionCandidates = PoolingNames.class,
      description =
          "For hidden-state: how the states of the tokens become one vector, ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}). In weighted-mean, later tokens weigh more, in"
              + " proportion to their position.")
  private StatePooling pooling;

  @Mixin private WeightOptions weights;
  @Mixin private DevicesOption devices;

  @Option(
      names = "--query-prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "For embedding: what is put before the text of a query, or none for nothing (default: the"
              + " model's own prompt, or else that of the published method).")
  private String queryPrompt;

  @Option(
      names = "--candidate-prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "For embedding: what is put before the text of a candidate, or none for nothing (default:"
              + " the model's own prompt for documents, or else nothing).")
  private String candidatePrompt;

  /** Parses the query modes by their labels. */
  static final class QueryModeName implements ITypeConverter<QueryMode> {
    @Override
    public QueryMode convert(String label) {
      try {
        return QueryMode.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The labels of the query modes, for help texts and completion. */
  static final class QueryModeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return QueryMode.labels().iterator();
    }
  }

  /** Parses poolings by their labels. */
  static final class PoolingName implements ITypeConverter<StatePooling> {
    @Override
    public StatePooling convert(String label) {
      try {
        return StatePooling.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The labels of the poolings, for help texts and completion. */
  static final class PoolingNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return StatePooling.labels().iterator();
    }
  }

  /** Forms of a gradient, spelled as on the command line. */
  enum Form {
    adam,
    plain
  }

  /** Projections, spelled as on the command line. */
  enum ProjectionKind {
    none,
    sketch
  }

  /** The chosen kind of representation. */
  RepresentationKind kind() {
    return kind;
  }

  /** Whether gradients are projected to a sketch. */
  boolean projected() {
    return projection == ProjectionKind.sketch;
  }

  /**
   * How the representation is computed.
   *
   * @throws ParameterException when the kind cannot be computed on the chosen devices
   */
  ComputeSettings compute() {
    try {
      kind.requireFitting(devices.choice());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return ComputeSettings.DEFAULT.on(devices.choice());
  }

  /**
   * Builds the settings from the options.
   *
   * @throws ParameterException when an option is out of range
   */
  RepresentationSettings settings() {
    try {
      return new RepresentationSettings(
          kind,
          form == Form.adam ? GradientForm.ADAM : GradientForm.PLAIN,
          model,
          checkpoints,
          projected() ? Projection.sketch(dimension) : new Projection.None(),
          new TextSettings(text.form(), queries, maxLength),
          Prompts.given(queryPrompt, candidatePrompt),
          pooling,
          weights.settings());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
