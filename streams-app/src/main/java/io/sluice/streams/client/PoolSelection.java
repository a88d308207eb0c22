package io.sluice.streams.client;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.nominate.ScoredPool;
import io.sluice.streams.transport.KnnKde;
import io.sluice.streams.transport.Masses;
import io.sluice.streams.transport.Neighbours;
import io.sluice.streams.transport.PoolAlgorithm;
import io.sluice.streams.transport.PoolScores;
import io.sluice.streams.transport.StoredSimilarities;
import io.sluice.streams.transport.UnbalancedTransport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Selects from the whole pool of a task by an algorithm that needs all scores at once.
 *
 * <p>The topics alone are read, as they are when reading begins: the representations once for the
 * scores, once more for the vectors that KNN-KDE compares, and once for the selected candidates.
 * The vectors are not kept but for those of KNN-KDE's neighbours, in their encoding. Nothing is
 * written. Not thread-safe.
 */
public final class PoolSelection {
  private final PoolProgress progress;
  private final RepresentedPools pools;

  /**
   * Creates a client; every call reads the topics anew.
   *
   * @param progress shows how far each stage has come
   */
  public PoolSelection(KafkaAccess kafka, PoolProgress progress) {
    this.progress = progress;
    this.pools = new RepresentedPools(kafka, progress);
  }

  /**
   * A candidate selected.
   *
   * @param rank from 0
   * @param mass its share of the mass of all queries
   */
  public record Entry(int rank, double mass, Candidate candidate) {}

  /**
   * What was selected.
   *
   * @param task the task in the revision that the pool was scored for
   * @param pool the number of candidates in the pool; contents, if these count once
   * @param entries the candidates in selection order
   */
  public record Result(TargetTask task, int pool, List<Entry> entries) {
    /** Keeps an immutable copy of the list. */
    public Result {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Selects candidates.
   *
   * @param budget how many, at least 1
   * @throws IllegalArgumentException when there is no such task, its queries are not represented
   *     yet, or its pool is empty or does not suit the algorithm
   */
  public Result select(String taskId, PoolAlgorithm algorithm, int budget) {
    TargetTask task = pools.task(taskId);
    ScoredPool pool = pools.score(task).pool();
    if (pool.members().isEmpty()) {
      throw new IllegalArgumentException(
          "the pool of task '%s' is empty: no candidate with the representation id '%s' is eligible"
              .formatted(taskId, task.getRepresentationId()));
    }
    double[] masses = masses(pool, algorithm);
    List<Integer> selected = Masses.ranked(masses, budget);
    Map<ScoredPool.Member, Candidate> candidates =
        read("Selected", members(pool, selected), Representation::getCandidate);
    List<Entry> entries = new ArrayList<>(selected.size());
    for (int index : selected) {
      entries.add(
          new Entry(entries.size(), masses[index], candidates.get(pool.members().get(index))));
    }
    return new Result(task, pool.members().size(), entries);
  }

  private double[] masses(ScoredPool pool, PoolAlgorithm algorithm) {
    PoolScores scores = new PoolScores(pool.rows());
    return switch (algorithm) {
      case UOT -> {
        try (PoolProgress.Stage stage = progress.begin("Rows", -1)) {
          yield UnbalancedTransport.masses(scores, stage::add);
        }
      }
      case KNN_KDE -> {
        Neighbours neighbours = KnnKde.neighbours(scores);
        int[] points = neighbours.candidates();
        StoredSimilarities similarities = similarities(pool, points);
        try (PoolProgress.Stage stage = progress.begin("Densities", points.length)) {
          yield KnnKde.probabilities(scores, neighbours, similarities, stage::add);
        }
      }
    };
  }

  private StoredSimilarities similarities(ScoredPool pool, int[] points) {
    List<ScoredPool.Member> members = members(pool, Arrays.stream(points).boxed().toList());
    Map<ScoredPool.Member, StoredSimilarities.Stored> vectors =
        read("Vectors", members, representation -> withinMemory(representation, points.length));
    return new StoredSimilarities(
        members.stream().map(vectors::get).toList(), pool.dimension(), pool.weights());
  }

  private static StoredSimilarities.Stored withinMemory(Representation representation, int count) {
    StoredSimilarities.requireMemory(count, representation.getFeatures().remaining());
    return new StoredSimilarities.Stored(
        representation.getEncoding(), representation.getFeatures());
  }

  private static List<ScoredPool.Member> members(ScoredPool pool, List<Integer> indices) {
    return indices.stream().map(pool.members()::get).toList();
  }

  private <T> Map<ScoredPool.Member, T> read(
      String name, List<ScoredPool.Member> members, Function<Representation, T> what) {
    Map<ScoredPool.Member, T> found = pools.find(name, members, what);
    if (found.size() < members.size()) {
      throw new IllegalArgumentException(
          "%d candidates of the pool were replaced or retracted while it was read: try again"
              .formatted(members.size() - found.size()));
    }
    return found;
  }
}
