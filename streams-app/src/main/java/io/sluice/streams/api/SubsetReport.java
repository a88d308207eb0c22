package io.sluice.streams.api;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.client.Coverage;
import io.sluice.streams.client.ScoredEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How similar a subset is to the queries of its task. All similarities lie between -1 and 1.
 *
 * @param tiers the tiers by budget; a tier without candidates is missing
 * @param coverage how the subset of the largest budget serves each query, in query order
 */
record SubsetReport(Map<Integer, TierSimilarity> tiers, List<Coverage.OfQuery> coverage) {

  /**
   * Reports on a subset.
   *
   * @param task the task, in the revision of the subset
   * @param entries the subset of the task's largest budget, in selection order
   */
  static SubsetReport of(TargetTask task, List<? extends ScoredEntry> entries) {
    Map<Integer, TierSimilarity> tiers = new HashMap<>();
    Mean slots = new Mean();
    Mean queries = new Mean();
    for (ScoredEntry entry : entries) {
      slots.add(entry.score());
      for (int query = 0; query < task.getQueries().size(); query++) {
        queries.add(entry.scoreOf(query));
      }
      // Each budget's subset is a prefix of the next one's, and ends with the last of its tier.
      tiers.put(entry.tier(), new TierSimilarity(slots.value(), queries.value()));
    }
    return new SubsetReport(tiers, Coverage.of(task, entries).queries());
  }

  /**
   * How similar the subset of one budget is to the queries.
   *
   * @param own mean similarity of its candidates, each to the query for which it was selected
   * @param all mean similarity of its candidates to all queries
   */
  record TierSimilarity(double own, double all) {}

  /** A running mean. */
  private static final class Mean {
    private double sum;
    private int count;

    void add(float number) {
      sum += number;
      count++;
    }

    double value() {
      return sum / count;
    }
  }
}
