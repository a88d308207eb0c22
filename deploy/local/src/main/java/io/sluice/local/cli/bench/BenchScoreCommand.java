package io.sluice.local.cli.bench;

import io.sluice.local.bench.ScoreBench;
import io.sluice.local.bench.SyntheticStream;
import io.sluice.local.console.WorkBar;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.streams.similarity.Arithmetic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
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

/** {@code bench score}: measures how fast candidates are scored. */
@Command(
    name = "score",
    description = {
      "Measure scoring alone: from the encoded vectors of synthetic candidates to their similarity"
          + " to each query of one task.",
      "Each encoding is measured with the loops that the streams-app uses on this machine, and with"
          + " loops in plain Java as a baseline. Microseconds are processor time of one thread; GB/s"
          + " counts the encoded vectors of candidates."
    })
final class BenchScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--queries",
      defaultValue = "70",
      paramLabel = "M",
      description = "Number of queries (default: ${DEFAULT-VALUE}).")
  private int queries;

  @Option(
      names = "--checkpoints",
      defaultValue = "4",
      paramLabel = "C",
      description = "Vectors per query and per candidate (default: ${DEFAULT-VALUE}).")
  private int checkpoints;

  @Option(
      names = "--dimension",
      defaultValue = "8192",
      paramLabel = "D",
      description = "Values per vector, a multiple of 8 (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--encoding",
      split = ",",
      defaultValue = "FLOAT16,INT8,INT4,SIGN",
      paramLabel = "NAME",
      description = "Encodings of candidates (default: ${DEFAULT-VALUE}).")
  private List<FeatureEncoding> encodings = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that score (default: one per processor).")
  private Optional<Integer> threads;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      paramLabel = "S",
      description =
          "Duration of each measurement, after a warm-up of half of it (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Override
  public Integer call() throws InterruptedException {
    int processors = Runtime.getRuntime().availableProcessors();
    int working = threads.orElse(processors);
    check(working);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d queries of %d x %,d values, %d candidates at a time, %d thread(s); %d processors%n",
        queries, checkpoints, dimension, ScoreBench.BLOCK, working, processors);
    out.println("encoding  loops   candidates/s  us each  GB/s");
    out.flush();
    for (FeatureEncoding encoding : encodings) {
      ScoreBench bench =
          new ScoreBench(new SyntheticStream(encoding, checkpoints, dimension), queries);
      for (Arithmetic arithmetic : arithmetics()) {
        print(out, encoding, arithmetic, measure(bench, encoding, arithmetic, working));
      }
    }
    return ExitCode.OK;
  }

  private void check(int working) {
    if (queries < 1 || checkpoints < 1 || working < 1 || seconds < 1) {
      throw usage("use at least 1 query, 1 checkpoint, 1 thread and 1 second");
    }
    if (dimension < 8 || dimension % 8 != 0) {
      throw usage("--dimension " + dimension + ": use a multiple of 8");
    }
    if (encodings.contains(FeatureEncoding.FLOAT32)) {
      throw usage("--encoding FLOAT32: it is for queries only; use FLOAT16 or shorter");
    }
  }

  /** The loops that the streams-app uses, and those in plain Java if they differ. */
  private static List<Arithmetic> arithmetics() {
    List<Arithmetic> all = new ArrayList<>(List.of(Arithmetic.fastest()));
    Arithmetic plain = Arithmetic.plain();
    if (!plain.name().equals(all.get(0).name())) {
      all.add(plain);
    }
    return all;
  }

  private ScoreBench.Run measure(
      ScoreBench bench, FeatureEncoding encoding, Arithmetic arithmetic, int working)
      throws InterruptedException {
    try (ProgressBar bar = WorkBar.showOpen(encoding + " " + arithmetic.name())) {
      return bench.run(arithmetic, working, Duration.ofSeconds(seconds), bar::stepBy);
    }
  }

  private static void print(
      PrintWriter out, FeatureEncoding encoding, Arithmetic arithmetic, ScoreBench.Run run) {
    out.printf(
        "%-8s  %-6s  %,12.0f  %7.1f  %4.2f%n",
        encoding, arithmetic.name(), run.perSecond(), run.micros(), run.gigabytesPerSecond());
    out.flush();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
