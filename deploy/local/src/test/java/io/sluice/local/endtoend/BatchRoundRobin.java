package io.sluice.local.endtoend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The oracle: greedy round robin as the paper states it, over everything at once. */
final class BatchRoundRobin {
  private BatchRoundRobin() {}

  /** Candidate ids in selection order; ties go to the lower id. */
  static List<String> select(Map<String, float[]> rows, int queries, int budget) {
    Map<String, float[]> byId = new TreeMap<>(rows);
    List<String> order = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    while (order.size() < Math.min(budget, rows.size())) {
      int query = order.size() % queries;
      String best = "";
      float bestScore = Float.NEGATIVE_INFINITY;
      for (Map.Entry<String, float[]> row : byId.entrySet()) {
        if (row.getValue()[query] > bestScore && !taken.contains(row.getKey())) {
          best = row.getKey();
          bestScore = row.getValue()[query];
        }
      }
      taken.add(best);
      order.add(best);
    }
    return order;
  }
}
