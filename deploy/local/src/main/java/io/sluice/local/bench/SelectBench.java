package io.sluice.local.bench;

import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;

/** Measures how fast candidates of a score table are offered to a selection, one by one. */
public final class SelectBench {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final int PROGRESS_STEP = 1 << 12;
  private static final double NANOS_PER_MICRO = 1e3;

  private final Algorithm algorithm;
  private final ScoreTable table;
  private final int budget;

  /**
   * Creates a benchmark.
   *
   * @param budget size of the subset in examples, at least 1
   */
  public SelectBench(Algorithm algorithm, ScoreTable table, int budget) {
    this.algorithm = algorithm;
    this.table = table;
    this.budget = budget;
  }

  /**
   * Offers all candidates to an empty selection.
   *
   * @param progress called from time to time with the number of candidates offered since the last
   *     call
   */
  public Run run(IntConsumer progress) {
    float[][] rows = table.rows();
    Selection<Integer> selection = algorithm.emptySelection(table.queries(), budget);
    BitSet admitted = new BitSet(rows.length);
    long begin = System.nanoTime();
    long beginCpu = CPU.getCurrentThreadCpuTime();
    for (int candidate = 0; candidate < rows.length; candidate++) {
      if (selection.offer(candidate, rows[candidate])) {
        admitted.set(candidate);
      }
      if ((candidate + 1) % PROGRESS_STEP == 0) {
        progress.accept(PROGRESS_STEP);
      }
    }
    Duration processor = Duration.ofNanos(CPU.getCurrentThreadCpuTime() - beginCpu);
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    progress.accept(rows.length % PROGRESS_STEP);
    return new Run(
        wall,
        processor,
        rows.length,
        admitted.cardinality(),
        rejection(selection, admitted),
        selection.prefix(budget));
  }

  /**
   * Measures rejection alone, by offering the rejected candidates again: once rejected, a candidate
   * is always rejected, because entries only ever get better.
   */
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
   * The result of a measurement.
   *
   * @param wall elapsed time from the first offer to the last
   * @param processor processor time of the selecting thread for the same offers
   * @param candidates how many candidates were offered
   * @param admitted how many of them were admitted when they were offered
   * @param rejection processor time per candidate that a full selection rejects
   * @param selected the subset, in selection order
   */
  public record Run(
      Duration wall,
      Duration processor,
      int candidates,
      int admitted,
      Duration rejection,
      List<Integer> selected) {
    /** Copies the list, so that the result cannot change afterwards. */
    public Run {
      selected = List.copyOf(selected);
    }

    /** Returns how many candidates were rejected. */
    public int rejected() {
      return candidates - admitted;
    }

    /** Returns the processor time per rejected candidate in microseconds. */
    public double rejectionMicros() {
      return rejection.toNanos() / NANOS_PER_MICRO;
    }

    /** Returns the time left after rejections, per admitted candidate in microseconds. */
    public double admissionMicros() {
      return (processor.toNanos() - (double) rejected() * rejection.toNanos())
          / admitted
          / NANOS_PER_MICRO;
    }
  }
}
