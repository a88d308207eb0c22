package io.sluice.local.cli.bench;

import io.sluice.local.bench.ScoreTable;
import io.sluice.local.bench.SelectBench;
import io.sluice.local.console.WorkBar;
import io.sluice.streams.selection.Algorithm;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench select}: measures the selection of candidates that arrive one by one. */
@Command(
    name = "select",
    description = {
      "Measure the selection alone: candidates with synthetic scores arrive one by one, and the"
          + " subset is exact after each of them.",
      "The first run includes the time of JIT compilation. Microseconds are processor time. The"
          + " rejections are measured again separately; the rest of the time is that of the"
          + " admissions."
    })
final class BenchSelectCommand implements Callable<Integer> {
  private static final String BATCH_SCRIPT = "deploy/local/bench/round_robin.py";
  private static final double NANOS_PER_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Option(
      names = "--queries",
      defaultValue = "70",
      paramLabel = "M",
      description = "Number of queries (default: ${DEFAULT-VALUE}).")
  private int queries;

  @Option(
      names = "--candidates",
      defaultValue = "200000",
      paramLabel = "N",
      description = "Number of candidates (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--budget",
      defaultValue = "10000",
      paramLabel = "B",
      description = "Number of candidates to select (default: ${DEFAULT-VALUE}).")
  private int budget;

  @Option(
      names = "--algorithm",
      defaultValue = "round-robin",
      paramLabel = "NAME",
      description =
          "The algorithm: round-robin, doubly-greedy, knn-uniform, random or random:SEED (default:"
              + " ${DEFAULT-VALUE}).")
  private String algorithmName;

  @Option(
      names = "--alike",
      defaultValue = "0",
      paramLabel = "R",
      description =
          "Correlation of a candidate's scores for two queries, 0 to 1 (default:"
              + " ${DEFAULT-VALUE}).")
  private double alike;

  @Option(
      names = "--runs",
      defaultValue = "5",
      paramLabel = "N",
      description = "Number of runs (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description = {
        "Write the scores (scores.npy) and the selected order (selected.txt) into this folder."
            + " With them, "
            + BATCH_SCRIPT
            + " measures the batch rule in NumPy on the same scores."
      })
  private Optional<Path> folder;

  @Override
  public Integer call() throws IOException {
    if (queries < 1 || candidates < 1 || budget < 1 || runs < 1) {
      throw usage("use at least 1 query, 1 candidate, 1 run and a budget of at least 1");
    }
    if (!(alike >= 0 && alike <= 1)) {
      throw usage("--alike " + alike + ": use a correlation of 0 to 1");
    }
    Algorithm algorithm = algorithm();
    if (folder.isPresent()) {
      Files.createDirectories(folder.get());
    }
    ScoreTable table = ScoreTable.synthetic(candidates, queries, alike);
    List<Integer> selected = measure(new SelectBench(algorithm, table, budget));
    if (folder.isPresent()) {
      write(folder.get(), table, selected);
    }
    return ExitCode.OK;
  }

  private Algorithm algorithm() {
    try {
      return Algorithm.parse(algorithmName);
    } catch (IllegalArgumentException e) {
      throw usage("--algorithm: " + e.getMessage());
    }
  }

  private List<Integer> measure(SelectBench bench) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s: %d queries, %,d candidates one by one, budget %,d, correlation %s; %d processors%n",
        algorithmName,
        queries,
        candidates,
        budget,
        alike,
        Runtime.getRuntime().availableProcessors());
    out.println("run   seconds  processor s   admitted  us each   rejected  us each");
    out.flush();
    List<Integer> selected = List.of();
    for (int run = 1; run <= runs; run++) {
      SelectBench.Run result;
      try (ProgressBar bar = WorkBar.show("Run " + run, candidates)) {
        result = bench.run(bar::stepBy);
      }
      print(out, run, result);
      selected = result.selected();
    }
    return selected;
  }

  private static void print(PrintWriter out, int run, SelectBench.Run result) {
    out.printf(
        "%3d  %8.3f  %11.3f  %,9d  %7.2f  %,9d  %7.3f%n",
        run,
        result.wall().toNanos() / NANOS_PER_SECOND,
        result.processor().toNanos() / NANOS_PER_SECOND,
        result.admitted(),
        result.admissionMicros(),
        result.rejected(),
        result.rejectionMicros());
    out.flush();
  }

  private void write(Path into, ScoreTable table, List<Integer> selected) throws IOException {
    Path scores = into.resolve("scores.npy");
    Path order = into.resolve("selected.txt");
    table.write(scores);
    Files.write(order, selected.stream().map(String::valueOf).toList());
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s and %s written.%n", scores, order);
    if (algorithmName.equals("round-robin")) {
      out.println(
          "To measure the batch rule in NumPy on the same scores, and to compare what it selects:");
      out.printf("  python3 %s %s %s%n", BATCH_SCRIPT, scores, order);
    }
    out.flush();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
