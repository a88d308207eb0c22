package io.sluice.streams.select;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.selection.Slot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serde;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a subset of 10,000 candidates of about 1,000 characters each, whose nominations are
 * decoded from the bytes that the store has. The store's own look-ups are not measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SubsetReadingBenchmark {
  private static final int SIZE = 10_000;
  private static final int QUERIES = 8;
  private static final int ROWS = 50;
  private static final int WORDS = 80;

  /** A published subset, and the bytes of its nominations. */
  @State(Scope.Thread)
  public static class Published {
    private final Random random = new Random(2029);
    private final Map<String, byte[]> stored = new HashMap<>();
    private final Serde<Nomination> serde =
        AvroSerdes.forRegistry("mock://subset-reading").<Nomination>value();
    private final ServedSubsets served = ServedSubsets.keeping(Long.MAX_VALUE);
    private final TargetTask task =
        TargetTask.newBuilder()
            .setTaskId("t")
            .setRevision(1)
            .setBudgets(List.of(SIZE))
            .setQueries(
                List.of(
                    Queries.of(
                        "q", List.of(Messages.of("user", "u"), Messages.of("assistant", "a")))))
            .build();

    private int next;

    /** Publishes the subset. */
    @Setup
    public void publish() {
      for (int i = 0; i < SIZE; i++) {
        stored.put("c" + i, serde.serializer().serialize("nominations", nomination(i)));
      }
      List<Slot<String>> slots =
          IntStream.range(0, SIZE).mapToObj(i -> new Slot<>(i, 0, "c" + i, 0f)).toList();
      served
          .open(0)
          .publish(
              task, new CurrentSubset(slots, SubsetSizes.ofExamples(task, SIZE), Optional.empty()));
    }

    private Nomination nomination(int number) {
      Candidate candidate =
          Candidates.of(
              "c" + number,
              "source-" + number % 10,
              List.of(Messages.of("user", words()), Messages.of("assistant", words())));
      return Nomination.newBuilder()
          .setCandidate(candidate)
          .setScores(random.doubles(QUERIES).mapToObj(score -> (float) score).toList())
          .setShard(0)
          .build();
    }

    private String words() {
      return String.join(
          " ",
          random
              .ints(WORDS, 0, 50_000)
              .mapToObj(word -> "Word" + Integer.toString(word, 36))
              .toList());
    }

    private HeldPage page(Optional<SubsetFilter> wanted) {
      ServedSubset subset = served.find(0, task.getTaskId()).orElseThrow();
      next = (next + ROWS) % SIZE;
      return subset
          .view(
              new HeldTask(task, Optional.empty(), Optional.empty()),
              subset.version(Duration.ZERO).orElseThrow(),
              id -> Optional.of(serde.deserializer().deserialize("nominations", stored.get(id))))
          .page(Optional.empty(), wanted, wanted.isEmpty() ? next : 0, ROWS)
          .orElseThrow();
    }

    private void forget() {
      served.find(0, task.getTaskId()).orElseThrow().forgetKept();
    }
  }

  /** A page of 50 candidates. */
  @Benchmark
  public HeldPage page(Published subset) {
    return subset.page(Optional.empty());
  }

  /** The first search, for which every candidate is summed up. */
  @Benchmark
  public HeldPage firstSearch(Published subset) {
    subset.forget();
    return subset.page(search("word nowhere"));
  }

  /** A later search, which finds nothing. */
  @Benchmark
  public HeldPage laterSearch(Published subset) {
    return subset.page(search("word nowhere"));
  }

  /** A later search, which finds more than a page. */
  @Benchmark
  public HeldPage laterSearchThatFinds(Published subset) {
    return subset.page(search("WORDA"));
  }

  /** A filter by source. */
  @Benchmark
  public HeldPage filter(Published subset) {
    return subset.page(
        Optional.of(SubsetFilter.of(Optional.empty(), Optional.of("source-3"), Map.of())));
  }

  private static Optional<SubsetFilter> search(String text) {
    return Optional.of(SubsetFilter.of(Optional.of(text), Optional.empty(), Map.of()));
  }
}
