package io.sluice.streams.topology;

import io.sluice.schemas.TargetTask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The oracle: the batch rule, word for word, over the score rows of everything seen. */
final class BatchSelection {
  private BatchSelection() {}

  /** The tier of each selected candidate, in selection order. */
  static Map<String, Integer> tiers(TargetTask task, Map<String, float[]> rows) {
    List<Integer> budgets = task.getBudgets();
    List<String> order =
        roundRobin(new TreeMap<>(rows), task.getQueries().size(), budgets.get(budgets.size() - 1));
    Map<String, Integer> tiers = new LinkedHashMap<>();
    for (int slot = 0; slot < order.size(); slot++) {
      int at = slot;
      tiers.put(order.get(slot), budgets.stream().filter(b -> b > at).findFirst().orElseThrow());
    }
    return tiers;
  }

  private static List<String> roundRobin(SortedMap<String, float[]> rows, int queries, int budget) {
    List<String> order = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    while (order.size() < Math.min(budget, rows.size())) {
      int query = order.size() % queries;
      String best = "";
      for (String id : rows.keySet()) {
        if (!taken.contains(id)
            && (best.isEmpty() || rows.get(id)[query] > rows.get(best)[query])) {
          best = id;
        }
      }
      taken.add(best);
      order.add(best);
    }
    return order;
  }
}
