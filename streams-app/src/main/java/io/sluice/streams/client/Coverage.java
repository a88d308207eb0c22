package io.sluice.streams.client;

import io.sluice.schemas.TargetTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well the subset of a task's largest budget serves each query, and which queries are weak: the
 * pool has little that is similar to them.
 *
 * <p>The support of a query is the mean similarity to it of the candidates that were selected for
 * it. A query is weak if none was selected for it, or if its support is below the limit: the median
 * of the supports less twice their spread. The spread is the median of their distances from that
 * median, times 1.4826, which makes it the standard deviation if they are distributed normally. A
 * few outliers, which are what is sought, move neither.
 *
 * @param queries in query order
 * @param median the median support; empty when no query has one
 * @param limit see above; empty when no query has a support
 */
public record Coverage(List<OfQuery> queries, Optional<Double> median, Optional<Double> limit) {
  private static final double SPREADS = 2;
  private static final double NORMAL = 1.4826;

  /** Keeps an immutable copy of the list. */
  public Coverage {
    queries = List.copyOf(queries);
  }

  /**
   * How well a subset serves one query.
   *
   * @param query the query's id
   * @param candidates number of candidates selected for this query
   * @param mean mean similarity of those candidates to the query; empty when there are none
   * @param best highest similarity of any selected candidate to the query; empty when nothing is
   *     selected
   * @param weak whether the query is weak
   */
  public record OfQuery(
      String query, int candidates, Optional<Double> mean, Optional<Float> best, boolean weak) {}

  /**
   * Finds the weak queries of a subset.
   *
   * @param subset the subset of the task's largest budget; if it is empty, no query is weak, as
   *     nothing is known
   */
  public static Coverage of(Subset subset) {
    return of(subset.task(), subset.entries());
  }

  /**
   * Finds the weak queries of a subset.
   *
   * @param task the task, in the revision of the subset
   * @param entries the subset of the task's largest budget, like {@link #of(Subset)}
   */
  public static Coverage of(TargetTask task, List<? extends ScoredEntry> entries) {
    Map<String, DoubleSummaryStatistics> own = new HashMap<>();
    entries.forEach(
        entry ->
            own.computeIfAbsent(entry.query(), id -> new DoubleSummaryStatistics())
                .accept(entry.score()));
    double[] supports =
        own.values().stream().mapToDouble(DoubleSummaryStatistics::getAverage).toArray();
    Optional<Double> median = median(supports);
    Optional<Double> limit =
        median.map(
            middle ->
                middle
                    - SPREADS
                        * NORMAL
                        * median(Arrays.stream(supports).map(x -> Math.abs(x - middle)).toArray())
                            .orElseThrow());
    float[] best = best(entries, task.getQueries().size());
    List<OfQuery> queries = new ArrayList<>();
    for (int query = 0; query < task.getQueries().size(); query++) {
      String id = task.getQueries().get(query).getId();
      Optional<DoubleSummaryStatistics> support = Optional.ofNullable(own.get(id));
      Optional<Double> mean = support.map(DoubleSummaryStatistics::getAverage);
      queries.add(
          new OfQuery(
              id,
              support.map(each -> (int) each.getCount()).orElse(0),
              mean,
              entries.isEmpty() ? Optional.empty() : Optional.of(best[query]),
              limit.isPresent() && mean.map(each -> each < limit.get()).orElse(true)));
    }
    return new Coverage(queries, median, limit);
  }

  /** The highest score to each query. */
  private static float[] best(List<? extends ScoredEntry> entries, int queries) {
    float[] best = new float[queries];
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    for (ScoredEntry entry : entries) {
      for (int query = 0; query < queries; query++) {
        best[query] = Math.max(best[query], entry.scoreOf(query));
      }
    }
    return best;
  }

  private static Optional<Double> median(double[] values) {
    if (values.length == 0) {
      return Optional.empty();
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return Optional.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }

  /** The weak queries, those without candidates first and then by their support, ascending. */
  public List<OfQuery> weak() {
    return queries.stream()
        .filter(OfQuery::weak)
        .sorted(Comparator.comparing(each -> each.mean().orElse(Double.NEGATIVE_INFINITY)))
        .toList();
  }
}
