package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.Examples;
import io.sluice.streams.revision.ScoreRow;
import io.sluice.streams.revision.TaskKey;
import io.sluice.streams.similarity.QueryMatrix;
import io.sluice.streams.testing.BatchSelection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The whole topology, with a record of everything that was sent, from which the batch rule derives
 * the expected subsets.
 */
final class TopologyOracle implements AutoCloseable {
  final TopologyFixture topology;

  /** Vectors of the candidates that were sent and not retracted, by id. */
  final Map<String, float[]> pool = new TreeMap<>();

  private final Map<TaskKey, float[][]> queryVectors = new HashMap<>();

  TopologyOracle(Path state) {
    topology = new TopologyFixture(state);
  }

  /** Defines a task and sends the representations of its queries. */
  TargetTask givenTask(TargetTask task, long seed) {
    topology.define(task);
    representations(task, new Random(seed)).forEach(Runnable::run);
    return task;
  }

  /** Actions each of which sends the representation of one query of a task. */
  List<Runnable> representations(TargetTask task, Random random) {
    float[][] vectors = new float[task.getQueries().size()][];
    queryVectors.put(revision(task), vectors);
    List<Runnable> events = new ArrayList<>();
    for (int q = 0; q < vectors.length; q++) {
      vectors[q] = Examples.vector(random);
      int index = q;
      events.add(() -> topology.represent(task, index, vectors[index]));
    }
    return events;
  }

  /** Sends new candidates. */
  void arrivals(int count, long seed) {
    Random random = new Random(seed);
    for (int c = 0; c < count; c++) {
      arrive("c" + seed + "-" + c, Examples.vector(random));
    }
  }

  void arrive(String id, float[] vector) {
    pool.put(id, vector);
    topology.arrive(id, vector);
  }

  /** Retracts a candidate and returns its vector. */
  float[] retract(String id) {
    topology.retract(id);
    return pool.remove(id);
  }

  void assertSubsetIsBatch(TargetTask task) {
    float[][] vectors = queryVectors.get(revision(task));
    float[][][] units = new float[vectors.length][1][];
    for (int q = 0; q < vectors.length; q++) {
      units[q][0] = Examples.unit(vectors[q]);
    }
    QueryMatrix matrix = new QueryMatrix(units, new float[] {1f});
    Map<String, float[]> rows = new TreeMap<>();
    pool.forEach((id, vector) -> rows.put(id, matrix.score(new float[][] {vector})));

    Map<String, Integer> actual = new HashMap<>();
    topology.subset(task.getTaskId()).forEach((id, value) -> actual.put(id, value.getTier()));
    assertThat(actual).isEqualTo(BatchSelection.tiers(task, rows));
    topology
        .subset(task.getTaskId())
        .forEach(
            (id, value) -> assertThat(ScoreRow.unboxed(value.getScores())).isEqualTo(rows.get(id)));
  }

  private static TaskKey revision(TargetTask task) {
    return TaskKey.prefix(task.getTaskId(), task.getRevision());
  }

  @Override
  public void close() {
    topology.close();
  }
}
