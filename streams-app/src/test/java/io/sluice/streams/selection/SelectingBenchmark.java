package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One arrival at a full selection: 70 queries, a budget of 10,000, after 100,000 candidates. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SelectingBenchmark {
  private static final int QUERIES = 70;
  private static final int BUDGET = 10_000;
  private static final int SEEN = 100_000;
  private static final int ARRIVALS = 1_000;

  /** A candidate to offer. */
  record Arrival(String id, float[] scores) {}

  /** A full selection, and arrivals sorted by whether it admits or rejects them. */
  @State(Scope.Thread)
  public static class Full {
    @Param({"round-robin", "doubly-greedy", "random"})
    String algorithm;

    /** Correlation of a candidate's scores for two queries. */
    @Param({"0.0", "0.5", "0.99"})
    double alike;

    private final Random random = new Random(2028);
    private final List<Arrival> seen = new ArrayList<>();
    final List<Arrival> rejected = new ArrayList<>();
    final List<Arrival> admitted = new ArrayList<>();
    Selection<String> selection;

    /** Collects enough arrivals of both kinds by offering candidates one after the other. */
    @Setup
    public void collect() {
      while (seen.size() < SEEN) {
        seen.add(arrival(seen.size()));
      }
      selectFromSeen();
      for (int next = SEEN; admitted.size() < ARRIVALS || rejected.size() < ARRIVALS; next++) {
        Arrival arrival = arrival(next);
        boolean entered = selection.offer(arrival.id, arrival.scores);
        List<Arrival> sameKind = entered ? admitted : rejected;
        if (sameKind.size() < ARRIVALS) {
          sameKind.add(arrival);
        }
      }
    }

    /** Rebuilds the selection as it was before the arrivals, with the same history. */
    void selectFromSeen() {
      selection = Algorithm.parse(algorithm).emptySelection(QUERIES, BUDGET);
      seen.forEach(arrival -> selection.offer(arrival.id, arrival.scores));
    }

    private Arrival arrival(int number) {
      float[] scores = new float[QUERIES];
      double common = Math.sqrt(alike) * random.nextGaussian();
      for (int query = 0; query < QUERIES; query++) {
        scores[query] = (float) (common + Math.sqrt(1 - alike) * random.nextGaussian());
      }
      return new Arrival("candidate-" + number, scores);
    }
  }

  /** The same for arrivals that change the selection, which is rebuilt for every invocation. */
  @State(Scope.Thread)
  public static class Renewed extends Full {
    /** Undoes the changes of the previous invocation. */
    @Setup(Level.Invocation)
    public void renew() {
      selectFromSeen();
    }
  }

  /** Offers arrivals that the selection rejects. */
  @Benchmark
  @OperationsPerInvocation(ARRIVALS)
  public void rejected(Full full, Blackhole sink) {
    for (Arrival arrival : full.rejected) {
      sink.consume(full.selection.offer(arrival.id, arrival.scores));
    }
  }

  /** Offers arrivals that the selection admits, one after the other. */
  @Benchmark
  @OperationsPerInvocation(ARRIVALS)
  public void admitted(Renewed full, Blackhole sink) {
    for (Arrival arrival : full.admitted) {
      sink.consume(full.selection.offer(arrival.id, arrival.scores));
    }
  }
}
