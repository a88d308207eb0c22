package io.sluice.streams.api;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.client.Subset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How similar a subset is to the queries of its task. All similarities lie between -1 and 1.
 *
 * @param tiers the tiers by budget; a tier without candidates is missing
 * @param coverage how the subset of the largest budget serves each query, in query order
 */
record SubsetReport(Map<Integer, TierSimilarity> tiers, List<QueryCoverage> coverage) {

  /**
   * Reports on a subset.
   *
   * @param subset the subset of the task's largest budget
   */
  static SubsetReport of(Subset subset) {
    Map<Integer, TierSimilarity> tiers = new HashMap<>();
    Mean slots = new Mean();
    Mean queries = new Mean();
    for (Subset.Entry entry : subset.entries()) {
      slots.add(entry.score());
      entry.instruction().getScores().forEach(queries::add);
      // Each budget's subset is a prefix of the next one's, and ends with the last of its tier.
      tiers.put(entry.instruction().getTier(), new TierSimilarity(slots.value(), queries.value()));
    }
    return new SubsetReport(tiers, coverage(subset));
  }

  private static List<QueryCoverage> coverage(Subset subset) {
    TargetTask task = subset.task();
    Map<String, Mean> slots = new HashMap<>();
    subset.entries().forEach(e -> slots.computeIfAbsent(e.query(), q -> new Mean()).add(e.score()));
    List<QueryCoverage> coverage = new ArrayList<>();
    for (int query = 0; query < task.getQueries().size(); query++) {
      String id = task.getQueries().get(query).getId();
      Optional<Mean> own = Optional.ofNullable(slots.get(id));
      coverage.add(
          new QueryCoverage(
              id, own.map(Mean::count).orElse(0), own.map(Mean::value), best(subset, query)));
    }
    return List.copyOf(coverage);
  }

  private static Optional<Float> best(Subset subset, int query) {
    List<Float> scores =
        subset.entries().stream()
            .map(Subset.Entry::instruction)
            .map(SelectedInstruction::getScores)
            .map(row -> row.get(query))
            .toList();
    return scores.isEmpty() ? Optional.empty() : Optional.of(Collections.max(scores));
  }

  /**
   * How similar the subset of one budget is to the queries.
   *
   * @param own mean similarity of its candidates, each to the query for which it was selected
   * @param all mean similarity of its candidates to all queries
   */
  record TierSimilarity(double own, double all) {}

  /**
   * How well a subset serves one query.
   *
   * @param query the query's id
   * @param candidates number of candidates selected for this query
   * @param mean mean similarity of those candidates to the query; empty when there are none
   * @param best highest similarity of any selected candidate to the query; empty when nothing is
   *     selected
   */
  record QueryCoverage(String query, int candidates, Optional<Double> mean, Optional<Float> best) {}

  /** A running mean. */
  private static final class Mean {
    private double sum;
    private int count;

    void add(float number) {
      sum += number;
      count++;
    }

    int count() {
      return count;
    }

    double value() {
      return sum / count;
    }
  }
}
