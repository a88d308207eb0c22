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

/** {@code bench select}: the selection alone, as a stream. */
@Command(
    name = "select",
    description = {
      "Measure the selection alone: candidates with synthetic scores arrive one by one, and the"
          + " subset is exact after each of them.",
      "The first run includes the time in which the JVM compiles. Microseconds are processor time;"
          + " admissions are all but the rejections, which are measured again by themselves."
    })
final class BenchSelectCommand implements Callable<Integer> {
  private static final String YARDSTICK = "deploy/local/bench/round_robin.py";
  private static final double NANOS_A_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Option(
      names = "--queries",
      defaultValue = "70",
      paramLabel = "M",
      description = "Queries (default: ${DEFAULT-VALUE}).")
  private int queries;

  @Option(
      names = "--candidates",
      defaultValue = "200000",
      paramLabel = "N",
      description = "Candidates (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--budget",
      defaultValue = "10000",
      paramLabel = "B",
      description = "Candidates to select (default: ${DEFAULT-VALUE}).")
  private int budget;

  @Option(
      names = "--algorithm",
      defaultValue = "round-robin",
      paramLabel = "NAME",
      description =
          "The rule: round-robin, doubly-greedy, random or random:SEED (default:"
              + " ${DEFAULT-VALUE}).")
  private String algorithmName;

  @Option(
      names = "--alike",
      defaultValue = "0",
      paramLabel = "R",
      description =
          "Correlation of a candidate's scores by two queries, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double alike;

  @Option(
      names = "--runs",
      defaultValue = "5",
      paramLabel = "N",
      description = "How often all is selected (default: ${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description = {
        "Write the scores (scores.npy) and the order selected (selected.txt) into this folder, to"
            + " time the batch rule in numpy on the same scores with "
            + YARDSTICK
            + "."
      })
  private Optional<Path> folder;

  @Override
  public Integer call() throws IOException {
    if (queries < 1 || candidates < 1 || budget < 1 || runs < 1) {
      throw usage("use at least 1 query, 1 candidate, 1 run and a budget of at least 1");
    }
    if (!(alike >= 0 && alike <= 1)) {
      throw usage("--alike " + alike + ": a correlation here is 0 to 1");
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
      SelectBench.Run took;
      try (ProgressBar bar = WorkBar.show("Run " + run, candidates)) {
        took = bench.run(bar::stepBy);
      }
      print(out, run, took);
      selected = took.selected();
    }
    return selected;
  }

  private static void print(PrintWriter out, int run, SelectBench.Run took) {
    out.printf(
        "%3d  %8.3f  %11.3f  %,9d  %7.2f  %,9d  %7.3f%n",
        run,
        took.wall().toNanos() / NANOS_A_SECOND,
        took.processor().toNanos() / NANOS_A_SECOND,
        took.admitted(),
        took.admissionMicros(),
        took.rejected(),
        took.rejectionMicros());
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
      out.println("The batch rule in numpy on the same scores, and whether it selects the same:");
      out.printf("  python3 %s %s %s%n", YARDSTICK, scores, order);
    }
    out.flush();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
