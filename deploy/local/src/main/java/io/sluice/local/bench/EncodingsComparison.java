package io.sluice.local.bench;

import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.UnitLength;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Tiers;
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
 * Selects the same candidates by their whole gradients and by what is left of them in each of
 * several stored forms, and tells how far the selections agree.
 *
 * <p>Queries are sketched but not encoded. One candidate is in memory at a time. Not thread-safe.
 */
public final class EncodingsComparison {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();
  private static final double NANOS_A_MICRO = 1000;

  private final List<Integer> budgets;
  private final List<Task> whole = new ArrayList<>();
  private final Map<StoredForm, List<Stored>> stored = new LinkedHashMap<>();
  private int candidates;

  /**
   * A comparison.
   *
   * @param tasks the query sets: shape [tasks][queries][checkpoints][gradient], rows of unit length
   * @param weights of the checkpoints
   * @param forms what is compared
   * @param seeds each form is sketched once with each of the seeds 0 to this number, exclusive
   * @param budgets how many of the top are compared, ascending
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
      whole.add(new Task(new QueryMatrix(queries, weights), most));
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
   * What was found of a stored form.
   *
   * @param form the form
   * @param overlaps share of the top that it has in common with the selection by whole gradients,
   *     one a budget, mean over the tasks and the seeds
   * @param sketchMicros processor time to sketch a candidate, in microseconds
   * @param encodeMicros to encode it
   * @param scoreMicros to decode it and score it against all queries of all tasks
   */
  public record Finding(
      StoredForm form,
      List<Double> overlaps,
      double sketchMicros,
      double encodeMicros,
      double scoreMicros) {}

  /** One task's selection in one form. */
  private static final class Task {
    private final QueryMatrix matrix;
    private final Selection<Integer> selection;

    Task(QueryMatrix matrix, int budget) {
      this.matrix = matrix;
      this.selection =
          new Algorithm.RoundRobin().emptySelection(matrix.queries(), new Tiers(List.of(budget)));
    }
  }

  /** All tasks' selections in one form, and the time they took. */
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
      long made = CPU.getCurrentThreadCpuTime();
      ByteBuffer bytes = FeatureCodec.encode(form.encoding(), sketched);
      long encoded = CPU.getCurrentThreadCpuTime();
      List<float[]> scores = new ArrayList<>();
      for (Task task : tasks) {
        scores.add(task.matrix.score(form.encoding(), bytes));
      }
      sketchNanos += made - begin;
      encodeNanos += encoded - made;
      scoreNanos += CPU.getCurrentThreadCpuTime() - encoded;
      for (int t = 0; t < scores.size(); t++) {
        tasks.get(t).selection.offer(candidate, scores.get(t));
      }
    }
  }

  /** How many candidates were offered. */
  public int candidates() {
    return candidates;
  }

  /** How many queries all tasks have together. */
  public int queries() {
    return whole.stream().mapToInt(task -> task.matrix.queries()).sum();
  }

  /**
   * Offers the next candidate to all selections.
   *
   * @param gradients shape [checkpoints][gradient], rows of unit length; not changed
   */
  public void offer(float[][] gradients) {
    for (Task task : whole) {
      task.selection.offer(candidates, task.matrix.score(gradients));
    }
    stored.values().stream()
        .flatMap(List::stream)
        .forEach(sketch -> sketch.offer(candidates, gradients));
    candidates++;
  }

  /** What was found so far, one finding a form. */
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
    for (int t = 0; t < whole.size(); t++) {
      List<Integer> expected = whole.get(t).selection.prefix(budget);
      Set<Integer> common = new HashSet<>(expected);
      common.retainAll(form.tasks.get(t).selection.prefix(budget));
      sum += (double) common.size() / expected.size();
    }
    return sum / whole.size();
  }

  private double micros(long nanos) {
    return nanos / NANOS_A_MICRO / candidates;
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
