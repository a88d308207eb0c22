package io.sluice.local.bench;

import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.UnitLength;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.similarity.QueryMatrix;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Measures how well stored forms of gradients preserve the selection. It selects the same
 * candidates by their full gradients and by each stored form, and reports how far the selections
 * agree.
 *
 * <p>Queries are sketched like the candidates but not quantised, because workers publish them as
 * FLOAT32. One candidate is in memory at a time. Not thread-safe.
 */
public final class EncodingsComparison {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final double NANOS_PER_MICRO = 1000;

  private final List<Integer> budgets;
  private final List<Task> full = new ArrayList<>();
  private final Map<StoredForm, List<Stored>> stored = new LinkedHashMap<>();
  private int candidates;

  /**
   * Creates a comparison to which no candidate was offered yet.
   *
   * @param tasks the query sets: shape [tasks][queries][checkpoints][gradient], rows of unit length
   * @param weights the weight of each checkpoint
   * @param forms the stored forms to compare
   * @param seeds how many sketches of each form to average over; their seeds are 0 to seeds - 1
   * @param budgets sizes of the subsets whose overlap is measured, ascending
   */
  public EncodingsComparison(
      List<float[][][]> tasks,
      float[] weights,
      List<StoredForm> forms,
      int seeds,
      List<Integer> budgets) {
    this.budgets = List.copyOf(budgets);
    int most = budgets.get(budgets.size() - 1);
    for (float[][][] queries : tasks) {
      full.add(new Task(new QueryMatrix(queries, weights), most));
    }
    for (StoredForm form : forms) {
      List<Stored> sketches = new ArrayList<>();
      for (int seed = 0; seed < seeds; seed++) {
        Projection sketch = new CountSketch(form.dimension(), seed);
        List<Task> sketched = new ArrayList<>();
        for (float[][][] queries : tasks) {
          sketched.add(new Task(new QueryMatrix(sketched(queries, sketch), weights), most));
        }
        sketches.add(new Stored(form, sketch, sketched));
      }
      stored.put(form, sketches);
    }
  }

  /**
   * The results for one stored form. Times are processor time per candidate, in microseconds.
   *
   * @param form the stored form
   * @param overlaps for each budget, the share of the subset that is also selected by full
   *     gradients, from 0 to 1; the mean over tasks and seeds
   * @param sketchMicros time to sketch the gradients
   * @param encodeMicros time to encode the sketch
   * @param scoreMicros time to decode it and score it against all queries of all tasks
   */
  public record Finding(
      StoredForm form,
      List<Double> overlaps,
      double sketchMicros,
      double encodeMicros,
      double scoreMicros) {}

  /** The selection of one task by one form. */
  private static final class Task {
    private final QueryMatrix matrix;
    private final Selection<Integer> selection;

    Task(QueryMatrix matrix, int budget) {
      this.matrix = matrix;
      this.selection = new Algorithm.RoundRobin().emptySelection(matrix.queries(), budget);
    }
  }

  /** The selections of all tasks by one sketch of one form, and the time that they took. */
  private static final class Stored {
    private final StoredForm form;
    private final Projection sketch;
    private final List<Task> tasks;
    private long sketchNanos;
    private long encodeNanos;
    private long scoreNanos;

    Stored(StoredForm form, Projection sketch, List<Task> tasks) {
      this.form = form;
      this.sketch = sketch;
      this.tasks = tasks;
    }

    void offer(int candidate, float[][] gradients) {
      long begin = CPU.getCurrentThreadCpuTime();
      float[][] sketched = sketchRows(gradients, sketch);
      long sketchEnd = CPU.getCurrentThreadCpuTime();
      ByteBuffer bytes = FeatureCodec.encode(form.encoding(), sketched);
      long encodeEnd = CPU.getCurrentThreadCpuTime();
      List<float[]> scores = new ArrayList<>();
      for (Task task : tasks) {
        scores.add(task.matrix.score(form.encoding(), bytes));
      }
      sketchNanos += sketchEnd - begin;
      encodeNanos += encodeEnd - sketchEnd;
      scoreNanos += CPU.getCurrentThreadCpuTime() - encodeEnd;
      for (int t = 0; t < scores.size(); t++) {
        tasks.get(t).selection.offer(candidate, scores.get(t));
      }
    }
  }

  /** Returns how many candidates were offered. */
  public int candidates() {
    return candidates;
  }

  /** Returns how many queries all tasks have together. */
  public int queries() {
    return full.stream().mapToInt(task -> task.matrix.queries()).sum();
  }

  /**
   * Offers the next candidate to all selections.
   *
   * @param gradients shape [checkpoints][gradient], rows of unit length; not changed
   */
  public void offer(float[][] gradients) {
    for (Task task : full) {
      task.selection.offer(candidates, task.matrix.score(gradients));
    }
    stored.values().stream()
        .flatMap(List::stream)
        .forEach(sketch -> sketch.offer(candidates, gradients));
    candidates++;
  }

  /** Returns the results for the candidates that were offered so far, one per form. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    stored.forEach(
        (form, seeds) ->
            findings.add(
                new Finding(
                    form,
                    budgets.stream()
                        .map(budget -> mean(seeds, sketch -> overlap(sketch, budget)))
                        .toList(),
                    mean(seeds, sketch -> micros(sketch.sketchNanos)),
                    mean(seeds, sketch -> micros(sketch.encodeNanos)),
                    mean(seeds, sketch -> micros(sketch.scoreNanos)))));
    return findings;
  }

  private static double mean(List<Stored> seeds, ToDoubleFunction<Stored> value) {
    return seeds.stream().mapToDouble(value).average().orElseThrow();
  }

  private double overlap(Stored form, int budget) {
    double sum = 0;
    for (int t = 0; t < full.size(); t++) {
      List<Integer> expected = full.get(t).selection.prefix(budget);
      Set<Integer> common = new HashSet<>(expected);
      common.retainAll(form.tasks.get(t).selection.prefix(budget));
      sum += (double) common.size() / expected.size();
    }
    return sum / full.size();
  }

  private double micros(long nanos) {
    return nanos / NANOS_PER_MICRO / candidates;
  }

  private static float[][][] sketched(float[][][] queries, Projection sketch) {
    float[][][] sketched = new float[queries.length][][];
    for (int q = 0; q < queries.length; q++) {
      sketched[q] = sketchRows(queries[q], sketch);
      for (float[] row : sketched[q]) {
        UnitLength.scale(row);
      }
    }
    return sketched;
  }

  private static float[][] sketchRows(float[][] rows, Projection sketch) {
    float[][] sketched = new float[rows.length][];
    for (int c = 0; c < rows.length; c++) {
      sketched[c] = sketch.apply(rows[c], c);
    }
    return sketched;
  }
}
