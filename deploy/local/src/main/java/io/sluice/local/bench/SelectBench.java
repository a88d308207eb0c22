package io.sluice.local.bench;

import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

/** Selects from a score table as from a stream: one candidate after the other. */
public final class SelectBench {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final int REPORTED = 1 << 12;
  private static final double NANOS_A_MICRO = 1e3;

  private final Algorithm algorithm;
  private final ScoreTable table;
  private final int budget;

  /**
   * A benchmark.
   *
   * @param budget examples, at least 1
   */
  public SelectBench(Algorithm algorithm, ScoreTable table, int budget) {
    this.algorithm = algorithm;
    this.table = table;
    this.budget = budget;
  }

  /**
   * Offers all candidates to an empty selection.
   *
   * @param progress hears now and then how many more were offered
   */
  public Run run(IntConsumer progress) {
    float[][] rows = table.rows();
    Selection<Integer> selection =
        algorithm.emptySelection(table.queries(), new Tiers(List.of(budget)));
    BitSet admitted = new BitSet(rows.length);
    long begin = System.nanoTime();
    long beginCpu = CPU.getCurrentThreadCpuTime();
    for (int candidate = 0; candidate < rows.length; candidate++) {
      if (selection.offer(candidate, rows[candidate]).admitted()) {
        admitted.set(candidate);
      }
      if ((candidate + 1) % REPORTED == 0) {
        progress.accept(REPORTED);
      }
    }
    Duration processor = Duration.ofNanos(CPU.getCurrentThreadCpuTime() - beginCpu);
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    progress.accept(rows.length % REPORTED);
    return new Run(
        wall,
        processor,
        rows.length,
        admitted.cardinality(),
        rejection(selection, admitted),
        selection.prefix(budget));
  }

  /** Who was rejected once is rejected always: so they can be offered again, by themselves. */
  private Duration rejection(Selection<Integer> selection, BitSet admitted) {
    float[][] rows = table.rows();
    int rejected = rows.length - admitted.cardinality();
    if (rejected == 0) {
      return Duration.ZERO;
    }
    long begin = CPU.getCurrentThreadCpuTime();
    for (int candidate = admitted.nextClearBit(0);
        candidate < rows.length;
        candidate = admitted.nextClearBit(candidate + 1)) {
      selection.offer(candidate, rows[candidate]);
    }
    return Duration.ofNanos((CPU.getCurrentThreadCpuTime() - begin) / rejected);
  }

  /**
   * What was measured.
   *
   * @param wall from the first offer to the last
   * @param processor the same, as time of the selecting thread on a processor
   * @param candidates offered
   * @param admitted of these, those that were taken in when they came
   * @param rejection processor time of one candidate that is not taken in, at the full budget
   * @param selected the subset, in selection order
   */
  public record Run(
      Duration wall,
      Duration processor,
      int candidates,
      int admitted,
      Duration rejection,
      List<Integer> selected) {
    /** Copies the list. */
    public Run {
      selected = List.copyOf(selected);
    }

    /** Candidates that were not taken in. */
    public int rejected() {
      return candidates - admitted;
    }

    /** Microseconds of processor time of one rejected candidate. */
    public double rejectionMicros() {
      return rejection.toNanos() / NANOS_A_MICRO;
    }

    /** Microseconds of processor time of one admitted candidate: all but the rejections. */
    public double admissionMicros() {
      return (processor.toNanos() - (double) rejected() * rejection.toNanos())
          / admitted
          / NANOS_A_MICRO;
    }
  }
}
