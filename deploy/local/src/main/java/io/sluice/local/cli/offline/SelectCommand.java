package io.sluice.local.cli.offline;

import io.sluice.local.cli.options.OutputFile;
import io.sluice.schemas.file.NpyFile;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
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
          + " reported on standard error."
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
        "random or random:SEED: candidates by a hash of their index, regardless of the scores, as a"
            + " baseline. SEED is 0 to 999999999 (default: 0).",
        "Among equal candidates, the lower index comes first."
      })
  private String algorithmName;

  @Option(
      names = "--budget",
      required = true,
      paramLabel = "B",
      description = "How many candidates to select, at least 1.")
  private int budget;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the indices to this file instead of standard output.")
  private Optional<Path> out;

  /** Created by picocli, which then sets the fields. */
  public SelectCommand() {}

  @Override
  public Integer call() throws IOException {
    Algorithm algorithm = algorithm();
    if (budget < 1) {
      throw usage("--budget " + budget + ": a budget is a number of candidates, at least 1");
    }
    if (out.isPresent()) {
      OutputFile.requireWritable("--out", out.get());
    }
    List<Integer> selected = select(algorithm);
    if (out.isPresent()) {
      try (BufferedWriter writer = Files.newBufferedWriter(out.get())) {
        print(selected, new PrintWriter(writer));
      }
    } else {
      print(selected, spec.commandLine().getOut());
    }
    return 0;
  }

  private Algorithm algorithm() {
    try {
      return Algorithm.parse(algorithmName);
    } catch (IllegalArgumentException e) {
      throw usage("--algorithm: " + e.getMessage());
    }
  }

  private List<Integer> select(Algorithm algorithm) throws IOException {
    float[][] scores = NpyFile.readFloats(similarity);
    if (scores.length == 0) {
      throw new IOException(similarity + " has no rows: it needs one row per query");
    }
    Selection<Integer> selection = algorithm.emptySelection(scores.length, budget);
    int candidates = scores[0].length;
    int unscored = 0;
    float[] column = new float[scores.length];
    for (int candidate = 0; candidate < candidates; candidate++) {
      for (int query = 0; query < column.length; query++) {
        column[query] = scores[query][candidate];
      }
      if (NoScore.isIn(column)) {
        unscored++;
      } else {
        offer(selection, candidate, column);
      }
    }
    report(candidates, unscored);
    return selection.prefix(budget);
  }

  private void report(int candidates, int unscored) throws IOException {
    int scored = candidates - unscored;
    if (scored == 0) {
      throw new IOException(
          "%s: none of its %d columns has a score (all are -2), so there is nothing to select"
              .formatted(similarity, candidates));
    }
    PrintWriter err = spec.commandLine().getErr();
    if (unscored > 0) {
      err.printf(
          "%s: %d of %d columns have no score (-2) and are never selected%n",
          similarity, unscored, candidates);
    }
    if (budget > scored) {
      err.printf("The budget is %d, but only %d candidates have a score%n", budget, scored);
    }
    err.flush();
  }

  private void offer(Selection<Integer> selection, int candidate, float[] scores)
      throws IOException {
    try {
      selection.offer(candidate, scores);
    } catch (IllegalArgumentException e) {
      throw new IOException(similarity + ": " + e.getMessage(), e);
    }
  }

  private static void print(List<Integer> selected, PrintWriter writer) throws IOException {
    selected.forEach(writer::println);
    if (writer.checkError()) {
      throw new IOException("the indices could not be written: is the disk full?");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
