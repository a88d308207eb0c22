package io.sluice.local.cli.offline;

import io.sluice.local.cli.options.OutputFile;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.transport.PoolAlgorithm;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code select}: selects a subset by a score matrix, without Kafka. */
@Command(
    description = {
      "Select candidates by a score matrix, without Kafka.",
      "Prints the indices of the selected candidates (column numbers, from 0), one per line, in"
          + " selection order. A budget above the number of candidates selects all of them. A column"
          + " whose values are all -2 has no score: it is never selected, and how many there are is"
          + " reported on standard error.",
      "With --quantiles, ranks the whole pool instead, and prints the first candidates of each"
          + " slice of the ranking as JSON: {\"quantiles\": [[...], ...]}."
    })
public final class SelectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--similarity",
      required = true,
      paramLabel = "S.npy",
      description = "NumPy file of float32 scores, shape [queries, candidates].")
  private Path similarity;

  @Option(
      names = "--algorithm",
      defaultValue = "round-robin",
      paramLabel = "NAME",
      description = {
        "The algorithm (default: ${DEFAULT-VALUE}).",
        "round-robin: the queries take turns; each takes the most similar candidate not yet taken.",
        "doubly-greedy: candidates by their highest score over all queries.",
        "knn-uniform: candidates by the number of queries that have them among their K nearest; K"
            + " follows from the distances.",
        "knn-kde: the same, but candidates with many similar ones around them count less. Needs"
            + " --embeddings.",
        "uot: candidates by the mass that unbalanced optimal transport moves to them.",
        "random or random:SEED: candidates by a hash of their index, regardless of the scores, as a"
            + " baseline. SEED is 0 to 999999999 (default: 0).",
        "Among equal candidates, the lower index comes first."
      })
  private String algorithmName;

  @Option(
      names = "--budget",
      paramLabel = "B",
      description = "How many candidates to select, at least 1.")
  private Optional<Integer> budget;

  @Option(
      names = "--embeddings",
      paramLabel = "E.npy",
      description =
          "NumPy file of the candidates' vectors, float16 or float32, shape [checkpoints,"
              + " candidates, dimension], each vector of length 1. For knn-kde only.")
  private Optional<Path> embeddings;

  @Option(
      names = "--weights",
      paramLabel = "W",
      split = ",",
      description =
          "The weight of each checkpoint of --embeddings, with the sum 1, separated by commas. Not"
              + " needed for a single checkpoint.")
  private List<Float> weights = List.of();

  @Option(
      names = "--quantiles",
      paramLabel = "Q",
      description = "Cut the ranking of the whole pool into Q slices of equal size.")
  private Optional<Integer> quantiles;

  @Option(
      names = "--focus",
      paramLabel = "I/Q",
      description = "Cut slice I of the Q slices, from 0, into Q slices again, and print these.")
  private Optional<String> focus;

  @Option(
      names = "--first",
      paramLabel = "F",
      description = "How many candidates to print of each slice, at least 1.")
  private Optional<Integer> first;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write to this file instead of standard output.")
  private Optional<Path> out;

  /** Created by picocli, which then sets the fields. */
  public SelectCommand() {}

  @Override
  public Integer call() throws IOException {
    OfflineRanking ranking = ranking();
    Optional<QuantileOptions> cut = cut();
    if (cut.isEmpty()) {
      requireBudget();
    }
    if (out.isPresent()) {
      OutputFile.requireWritable("--out", out.get());
    }
    ScoreFile scores = ScoreFile.read(similarity);
    report(scores);
    List<Integer> selected = ranking.select(scores, budget.orElse(scores.scored()));
    List<String> lines =
        cut.map(options -> List.of(options.json(selected)))
            .orElseGet(() -> selected.stream().map(String::valueOf).toList());
    if (out.isPresent()) {
      try (BufferedWriter writer = Files.newBufferedWriter(out.get())) {
        print(lines, new PrintWriter(writer));
      }
    } else {
      print(lines, spec.commandLine().getOut());
    }
    return 0;
  }

  private OfflineRanking ranking() {
    Optional<PoolAlgorithm> ofPool = PoolAlgorithm.named(algorithmName);
    if (ofPool.equals(Optional.of(PoolAlgorithm.KNN_KDE))) {
      return new OfflineRanking.KernelDensity(
          new CandidateEmbeddings(
              embeddings.orElseThrow(
                  () ->
                      usage(
                          "--algorithm knn-kde needs the vectors of the candidates too, not only"
                              + " their scores: give them with --embeddings")),
              checkedWeights()));
    }
    if (embeddings.isPresent() || !weights.isEmpty()) {
      throw usage(
          "--embeddings and --weights are for --algorithm knn-kde: "
              + algorithmName
              + " selects by the scores alone");
    }
    if (ofPool.isPresent()) {
      return new OfflineRanking.Transport();
    }
    try {
      return new OfflineRanking.OneByOne(Algorithm.parse(algorithmName));
    } catch (IllegalArgumentException e) {
      throw usage("--algorithm: " + e.getMessage() + ", knn-kde or uot");
    }
  }

  private float[] checkedWeights() {
    float[] checked = new float[weights.size()];
    for (int checkpoint = 0; checkpoint < checked.length; checkpoint++) {
      checked[checkpoint] = weights.get(checkpoint);
      if (!(checked[checkpoint] >= 0 && checked[checkpoint] < Float.POSITIVE_INFINITY)) {
        throw usage(
            "--weights: checkpoint "
                + checkpoint
                + " has the weight "
                + checked[checkpoint]
                + ", but weights are numbers from 0");
      }
    }
    return checked;
  }

  private Optional<QuantileOptions> cut() {
    if (quantiles.isEmpty() && focus.isEmpty() && first.isEmpty()) {
      return Optional.empty();
    }
    if (budget.isPresent()) {
      throw usage("--budget selects, --quantiles ranks the whole pool: give one of them");
    }
    try {
      return Optional.of(QuantileOptions.of(quantiles, focus, first));
    } catch (IllegalArgumentException e) {
      throw usage(e.getMessage());
    }
  }

  private void requireBudget() {
    int size =
        budget.orElseThrow(
            () ->
                usage(
                    "Missing required option: '--budget=B', or '--quantiles=Q' with '--first=F'"));
    if (size < 1) {
      throw usage("--budget " + size + ": a budget is a number of candidates, at least 1");
    }
  }

  private void report(ScoreFile scores) {
    int scored = scores.scored();
    PrintWriter err = spec.commandLine().getErr();
    if (scored < scores.allColumns()) {
      err.printf(
          "%s: %d of %d columns have no score (-2) and are never selected%n",
          similarity, scores.allColumns() - scored, scores.allColumns());
    }
    if (budget.orElse(scored) > scored) {
      err.printf(
          "The budget is %d, but only %d candidates have a score%n", budget.orElseThrow(), scored);
    }
    err.flush();
  }

  private static void print(List<String> lines, PrintWriter writer) throws IOException {
    lines.forEach(writer::println);
    if (writer.checkError()) {
      throw new IOException("the indices could not be written: is the disk full?");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
