package io.sluice.local.cli.offline;

import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.ExampleRole;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.local.cli.options.OutputFile;
import io.sluice.local.cli.options.ReadingOptions;
import io.sluice.local.console.WorkBar;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.ExampleFile;
import io.sluice.schemas.file.ExampleLine;
import io.sluice.schemas.file.NpyFile;
import io.sluice.schemas.form.FormOptions;
import io.sluice.streams.similarity.QueryMatrix;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code score}: computes the similarity of candidates to a query set, without Kafka. */
@Command(
    mixinStandardHelpOptions = true,
    description = {
      "Score candidates against a query set, without Kafka.",
      "Writes a NumPy file of float32 with shape [queries, candidates]. For gradients, a score is the"
          + " sum over checkpoints of the checkpoint's weight (its epoch's normalized mean learning"
          + " rate) times the cosine of the gradients; for hidden states and embeddings, it is their"
          + " cosine.",
      "Every line that is not blank has a column. A line that cannot be scored is reported on"
          + " standard error, its column is -2, which is below any similarity, and the exit code is 1"
          + " unless --skip-invalid is given. The command select leaves such columns out.",
      "If the queries are those of a task file with rules, a candidate that the rules leave out gets"
          + " such a column too. How many there are is reported on standard error, by reason."
    })
public final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;
  @Mixin private ReadingOptions reading;

  @Option(
      names = "--candidates",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON lines, a JSON array or Parquet, in any form that the command ingest reads, such as"
              + " {\"id\"?, \"source\"?, \"messages\"}; plain, gzip or zstd.")
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
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "The encoding of candidates: ${COMPLETION-CANDIDATES} (default: SIGN for sketches,"
              + " FLOAT16 for hidden states and embeddings).")
  private Optional<FeatureEncoding> encoding;

  @Option(names = "--limit", paramLabel = "N", description = "Score only the first N candidates.")
  private int limit = Integer.MAX_VALUE;

  @Option(names = "--skip-invalid", description = "Exit with 0 even when lines cannot be scored.")
  private boolean skipInvalid;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "S.npy",
      description = "Where to write the scores.")
  private Path out;

  private int unscored;
  private int leaks;
  private final Map<String, Integer> leftOut = new TreeMap<>();

  /** Created by picocli, which then sets the fields. */
  public ScoreCommand() {}

  @Override
  public Integer call() throws IOException {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + ": use 1 or more");
    }
    RepresentationSettings settings = model.settings();
    ComputeSettings compute = model.compute();
    OutputFile.requireWritable("--out", out);
    List<ExampleLine> lines = lines();
    List<ExampleLine> querySet = ExampleFile.read(queries, FormOptions.DEFAULT);
    OfflineRules rules = OfflineRules.of(querySet, queries);
    try (Representer representer = ExampleRepresenter.open(settings, compute)) {
      err().println("Device: " + representer.device());
      NpyFile.writeFloats(
          out, lines.size(), Arrays.asList(score(representer, querySet, rules, lines)));
      leftOut.forEach(
          (reason, count) ->
              err().printf("%d candidates are left out by the task's rules: %s%n", count, reason));
      if (leaks > 0) {
        err()
            .printf(
                "%d candidates share text with the task's queries or held-out examples%n", leaks);
      }
      return unscored == 0 || skipInvalid ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** The progress bar is also shown while queries are represented, before the first candidate. */
  private float[][] score(
      Representer representer,
      List<ExampleLine> querySet,
      OfflineRules rules,
      List<ExampleLine> lines)
      throws IOException {
    try (ProgressBar progress = WorkBar.show("Scored", lines.size())) {
      QueryMatrix matrix = matrix(representer, querySet);
      float[][] scores = new float[matrix.queries()][lines.size()];
      int[] next = {0};
      new LineRepresenter(representer, ExampleRole.CANDIDATE)
          .represent(
              lines,
              (line, outcome) -> {
                float[] column = column(matrix, rules, line, outcome);
                for (int q = 0; q < column.length; q++) {
                  scores[q][next[0]] = column[q];
                }
                next[0]++;
                progress.step();
              });
      return scores;
    }
  }

  private QueryMatrix matrix(Representer representer, List<ExampleLine> querySet)
      throws IOException {
    List<float[][]> vectors = new ArrayList<>();
    new LineRepresenter(representer, ExampleRole.QUERY)
        .represent(
            querySet,
            (line, outcome) -> {
              if (outcome instanceof Representer.Unusable unusable) {
                throw new IllegalArgumentException(
                    queries + ", " + LineRepresenter.describe(line) + ": " + unusable.reason());
              }
              vectors.add(((Representer.Represented) outcome).rows());
            });
    return new QueryMatrix(vectors.toArray(float[][][]::new), representer.checkpointWeights());
  }

  private float[] column(
      QueryMatrix matrix, OfflineRules rules, ExampleLine line, Representer.Outcome outcome) {
    if (outcome instanceof Representer.Unusable unusable) {
      err().println(candidates + ", " + LineRepresenter.describe(line) + ": " + unusable.reason());
      unscored++;
      return NoScore.column(matrix.queries());
    }
    Representer.Represented represented = (Representer.Represented) outcome;
    Optional<String> reason = rules.reasonAgainst(line, represented);
    if (reason.isPresent()) {
      leftOut.merge(reason.get(), 1, Integer::sum);
      return NoScore.column(matrix.queries());
    }
    leaks += rules.isReportedLeak(line, represented) ? 1 : 0;
    float[][] rows = represented.rows();
    FeatureEncoding stored = encoding.orElse(model.kind().defaultEncoding());
    return model.projected()
        ? matrix.score(stored, FeatureCodec.encode(stored, rows))
        : matrix.score(rows);
  }

  private List<ExampleLine> lines() throws IOException {
    List<ExampleLine> lines = new ArrayList<>();
    try (CandidateFile file =
        CandidateFile.open(candidates, reading.forms(List.of(candidates)), "")) {
      while (lines.size() < limit && file.hasNext()) {
        file.next()
            .match(
                valid -> lines.add(new ExampleLine.OfCandidate(valid.place(), valid.candidate())),
                invalid -> lines.add(new ExampleLine.Invalid(invalid.place(), invalid.reason())));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (lines.isEmpty()) {
      throw new IOException(candidates + " contains no candidates");
    }
    return lines;
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
