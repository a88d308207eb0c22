package io.sluice.local.cli.bench;

import io.sluice.local.bench.StreamBench;
import io.sluice.local.bench.StreamBench.Took;
import io.sluice.local.bench.StreamsProcess;
import io.sluice.local.bench.SyntheticStream;
import io.sluice.local.cli.Sluice;
import io.sluice.local.console.WorkBar;
import io.sluice.local.stack.CloseStack;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench stream}: measures the throughput of the broker and the streams-app. */
@Command(
    name = "stream",
    description = {
      "Measure the throughput of synthetic representations through a broker and the streams-app,"
          + " with exactly-once processing. First, half of them are sent to the broker alone; then"
          + " the streams-app starts and catches up; then the other half is sent while it runs."
          + " After that, a task is added late, and the streams-app is restarted after kill -9.",
      "At the end, the published subsets are compared with the batch selection, and plain Kafka"
          + " Streams passes the same records through one repartition topic, as a baseline."
    })
final class BenchStreamCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--candidates",
      defaultValue = "200000",
      paramLabel = "N",
      description = "Number of representations (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--encoding",
      defaultValue = "SIGN",
      paramLabel = "NAME",
      description = "Encoding of the vectors: FLOAT16, INT8, INT4 or SIGN (default: SIGN).")
  private FeatureEncoding encoding;

  @Option(
      names = "--dimension",
      defaultValue = "16384",
      paramLabel = "N",
      description = "Values per checkpoint, a multiple of 8 (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--checkpoints",
      defaultValue = "4",
      paramLabel = "N",
      description = "Vectors per candidate (default: ${DEFAULT-VALUE}).")
  private int checkpoints;

  @Option(
      names = "--queries",
      split = ",",
      defaultValue = "70",
      paramLabel = "N",
      description = "Number of queries of each task, one per task (default: ${DEFAULT-VALUE}).")
  private List<Integer> queries;

  @Option(
      names = "--late-queries",
      defaultValue = "70",
      paramLabel = "N",
      description =
          "Queries of the task that is added late; 0 for none (default: ${DEFAULT-VALUE}).")
  private int lateQueries;

  @Option(
      names = "--budget",
      split = ",",
      defaultValue = "1000,10000",
      paramLabel = "N",
      description = "Budgets of each task, ascending (default: ${DEFAULT-VALUE}).")
  private List<Integer> budgets;

  @Option(
      names = "--shards",
      defaultValue = "4",
      paramLabel = "N",
      description = "Partitions of the representations topic (default: ${DEFAULT-VALUE}).")
  private int shards;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "An empty folder on a real disk for the data of the broker and the streams-app. Default:"
              + " a temporary folder, which is deleted at the end.")
  private Optional<Path> directory;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (candidates < 2 || dimension < 8 || dimension % 8 != 0 || checkpoints < 1 || shards < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "use at least 2 candidates, 1 checkpoint, 1 shard and a dimension that is a multiple of"
              + " 8");
    }
    if (encoding == FeatureEncoding.FLOAT32) {
      throw new ParameterException(
          spec.commandLine(), "FLOAT32 is for queries only: use FLOAT16, INT8, INT4 or SIGN");
    }
    try (CloseStack parts = new CloseStack()) {
      Path place = place(parts);
      LocalStack stack =
          parts.push(
              LocalStack.start(
                  new LocalStack.Settings(
                      place,
                      0,
                      0,
                      RegistryProcess.distribution(),
                      Topics.withDefaultPrefix(),
                      new TopicSetup(shards, 2),
                      RecordLimit.byDefault())));
      Bars bars = parts.push(new Bars());
      StreamBench bench =
          parts.push(
              new StreamBench(
                  new SyntheticStream(encoding, checkpoints, dimension),
                  stack,
                  place,
                  shards,
                  bars));
      run(bench, bars);
    }
    return ExitCode.OK;
  }

  private Path place(CloseStack parts) throws IOException {
    if (directory.isPresent()) {
      return Files.createDirectories(directory.get());
    }
    Path temporary = Files.createTempDirectory("sluice-bench");
    parts.push(() -> Utils.delete(temporary.toFile()));
    return temporary;
  }

  private void run(StreamBench bench, Bars bars) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%,d representations, %d x %,d %s; tasks of %s queries, budgets %s; %d shards, %d"
            + " processors%n",
        candidates,
        checkpoints,
        dimension,
        encoding,
        queries,
        budgets,
        shards,
        Runtime.getRuntime().availableProcessors());
    for (int t = 0; t < queries.size(); t++) {
      bench.define(SyntheticStream.task("task-" + t, queries.get(t), budgets));
    }
    print(out, bars, "broker alone", bench.produce("into the broker", candidates / 2));
    StreamsProcess app = bench.start(Sluice.class);
    try {
      print(out, bars, "catching up", catchUp(bench, app));
      print(out, bars, "live", live(bench, app));
      if (lateQueries > 0) {
        Took.Watch watch = Took.Watch.start(app);
        bench.define(SyntheticStream.task("late", lateQueries, budgets));
        bench.awaitDrained("late task", app);
        Took late = watch.took(bench.sent());
        print(out, bars, "late task", late);
        out.printf(
            "late task of %d queries: scored after %.1f s%n",
            lateQueries, late.wall().toNanos() / 1e9);
      }
      OptionalLong memory = app.peakMemory();
      long killed = System.nanoTime();
      app.kill();
      // Nobody changes the files between the kill and the restart.
      printSizes(out, bench, memory);
      bench.produce("while it is down", shards);
      app = bench.start(Sluice.class);
      bench.awaitDrained("restart after kill -9", app);
      bars.close();
      out.printf("restart after kill -9: scoring again after %.1f s%n", secondsSince(killed));
      List<String> differing = bench.tasksThatDiffer();
      bars.close();
      if (!differing.isEmpty()) {
        throw new IllegalStateException(
            "the published subsets differ from the batch selection for tasks " + differing);
      }
      out.println("published subsets: equal to the batch selection (ids, tiers, scores)");
      out.flush();
    } finally {
      app.close();
    }
    print(out, bars, "repartition", bench.repartition("plain Kafka Streams, one repartition"));
  }

  private static void printSizes(PrintWriter out, StreamBench bench, OptionalLong memory)
      throws IOException {
    out.printf(
        "streams-app: %,d MiB of local files, of %,d MiB of vectors in the topic;"
            + " peak of resident memory %s%n",
        bench.stateBytes() >> 20,
        bench.vectorBytes() >> 20,
        memory.isPresent() ? "%,d MiB".formatted(memory.getAsLong() >> 20) : "unknown");
    out.flush();
  }

  /**
   * Measures from the start of the process, not from the first count that it publishes: by then,
   * more candidates are scored than are counted.
   */
  private static Took catchUp(StreamBench bench, StreamsProcess app) {
    Took.Watch watch = Took.Watch.start(app);
    bench.awaitDrained("catching up", app);
    return watch.took(bench.sent());
  }

  private Took live(StreamBench bench, StreamsProcess app) {
    Took.Watch watch = Took.Watch.start(app);
    bench.produce("live, into the broker", candidates - candidates / 2);
    bench.awaitDrained("live", app);
    return watch.took(candidates - candidates / 2);
  }

  private static void print(PrintWriter out, Bars bars, String phase, Took took) {
    bars.close();
    out.printf(
        "%-13s %,9.0f/s; processor time per representation: %,.0f us broker and producer, %,.0f us"
            + " streams-app%n",
        phase + ":", took.rate(), micros(took.broker(), took), micros(took.streamsApp(), took));
    out.flush();
  }

  private static double micros(Duration used, Took took) {
    return used.toNanos() / 1e3 / took.candidates();
  }

  private static double secondsSince(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Shows a progress bar for the current phase. */
  private static final class Bars implements StreamBench.Listener, AutoCloseable {
    private Optional<ProgressBar> bar = Optional.empty();
    private String shown = "";

    @Override
    public void progress(String phase, long done, long all) {
      if (!phase.equals(shown)) {
        close();
        shown = phase;
        bar = Optional.of(WorkBar.show(phase, all));
      }
      bar.ifPresent(each -> each.stepTo(done));
    }

    @Override
    public void close() {
      bar.ifPresent(ProgressBar::close);
      bar = Optional.empty();
      shown = "";
    }
  }
}
