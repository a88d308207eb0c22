package io.sluice.local.cli;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Kind;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.NpyFile;
import io.sluice.streams.similarity.QueryMatrix;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code score}: the similarity of candidates to a query set, without Kafka. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Scores candidates against a query set, without Kafka.",
      "Writes a NumPy file of float32, shape [queries, candidates]: the sum over checkpoints of the"
          + " checkpoint's weight (its epoch's mean learning rate) times the cosine of the gradients,"
          + " or the cosine of the hidden states.",
      "Every line that is not blank has a column. One that has no score is told on standard error;"
          + " its column is -2, below any similarity, and the exit code is 1 unless --skip-invalid."
    })
public final class ScoreCommand implements Callable<Integer> {
  private static final int REDRAW_MILLIS = 1000;

  @Spec private CommandSpec spec;

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
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description = "JSON lines of {\"id\"?, \"source\"?, \"messages\"}, plain or gzip.")
  private Path candidates;

  @Option(
      names = "--queries",
      required = true,
      paramLabel = "FILE",
      description =
          "A task file ({\"task\", \"queries\": [{\"id\", \"messages\"}]}) or JSON lines of"
              + " {\"prompts\", \"labels\"}.")
  private Path queries;

  @Option(
      names = "--kind",
      defaultValue = "gradient",
      converter = KindName.class,
      completionCandidates = KindNames.class,
      paramLabel = "KIND",
      description = "The representation: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Kind kind;

  @Option(
      names = "--form",
      defaultValue = "adam",
      paramLabel = "FORM",
      description =
          "Of a candidate's gradient: adam, which needs the optimizer's state, or plain (default:"
              + " ${DEFAULT-VALUE}).")
  private Form form;

  @Option(
      names = "--projection",
      defaultValue = "sketch",
      paramLabel = "HOW",
      description =
          "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). A sketch is encoded as in the"
              + " stream and gives the stream's scores; none compares whole gradients. Hidden states"
              + " are never sketched, but encoded unless none.")
  private ProjectionKind projection;

  @Option(
      names = "--dimension",
      defaultValue = "8192",
      paramLabel = "N",
      description = "Values of a sketch, a multiple of 8 (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--encoding",
      defaultValue = "INT8",
      paramLabel = "NAME",
      description =
          "How a candidate's sketch is stored: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private FeatureEncoding encoding;

  @Option(
      names = "--max-length",
      defaultValue = "512",
      paramLabel = "TOKENS",
      description =
          "Where a candidate is cut, and a query's prompt and answer each (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(names = "--limit", paramLabel = "N", description = "Score the first N candidates only.")
  private int limit = Integer.MAX_VALUE;

  @Option(names = "--skip-invalid", description = "Candidates without a score are no failure.")
  private boolean skipInvalid;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "S.npy",
      description = "Where to write the scores.")
  private Path out;

  private int unscored;

  /** Made by the command line. */
  public ScoreCommand() {}

  /** Names of kinds are no Java names. */
  static final class KindName implements ITypeConverter<Kind> {
    @Override
    public Kind convert(String label) {
      try {
        return Kind.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The kinds, for help and completion. */
  static final class KindNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Kind.labels().iterator();
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

  @Override
  public Integer call() throws IOException {
    RepresentationSettings settings = settings();
    List<CandidateLine> lines = lines();
    QueryFile querySet = QueryFile.read(queries);
    try (ExampleRepresenter representer = ExampleRepresenter.open(settings)) {
      err().println("Device: " + representer.device());
      float[][] scores = score(representer, querySet, lines);
      NpyFile.writeFloats(out, lines.size(), Arrays.asList(scores));
      return unscored == 0 || skipInvalid ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** The bar also ticks while queries are represented, before the first candidate. */
  private float[][] score(
      ExampleRepresenter representer, QueryFile querySet, List<CandidateLine> lines) {
    try (ProgressBar progress = progress(lines.size())) {
      float[][][] vectors = vectors(querySet.represent(representer));
      QueryMatrix matrix = new QueryMatrix(vectors, representer.checkpointWeights());
      return new CandidateScores(representer, matrix, stored(), this::tellUnscored)
          .of(lines, progress::stepBy);
    }
  }

  private RepresentationSettings settings() {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + ": use 1 or more");
    }
    try {
      Projection projected =
          projection == ProjectionKind.none ? new Projection.None() : Projection.sketch(dimension);
      GradientForm gradient = form == Form.adam ? GradientForm.ADAM : GradientForm.PLAIN;
      return new RepresentationSettings(kind, gradient, model, checkpoints, projected, maxLength);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private List<CandidateLine> lines() throws IOException {
    List<CandidateLine> lines = new ArrayList<>();
    try (CandidateFile file = CandidateFile.open(candidates)) {
      while (lines.size() < limit && file.hasNext()) {
        lines.add(file.next());
      }
    }
    if (lines.isEmpty()) {
      throw new IOException(candidates + " has no candidates");
    }
    return lines;
  }

  private float[][][] vectors(List<Representer.Outcome> outcomes) {
    float[][][] vectors = new float[outcomes.size()][][];
    for (int q = 0; q < vectors.length; q++) {
      if (outcomes.get(q) instanceof Representer.Represented represented) {
        vectors[q] = represented.rows();
      } else if (outcomes.get(q) instanceof Representer.Unusable unusable) {
        throw new IllegalArgumentException(
            queries + ", query " + (q + 1) + ": " + unusable.reason());
      }
    }
    return vectors;
  }

  private Optional<FeatureEncoding> stored() {
    return projection == ProjectionKind.none ? Optional.empty() : Optional.of(encoding);
  }

  private void tellUnscored(CandidateLine line, String reason) {
    String id =
        line instanceof CandidateLine.Valid valid ? " (" + valid.candidate().getId() + ")" : "";
    err().println(candidates + ", line " + line.line() + id + ": " + reason);
    unscored++;
  }

  private static ProgressBar progress(long total) {
    return new ProgressBarBuilder()
        .setTaskName("Scored")
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
