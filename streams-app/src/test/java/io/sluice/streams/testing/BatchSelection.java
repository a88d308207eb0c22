package io.sluice.streams.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.schemas.TargetTask;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the algorithms select from everything at once, written the plain way. Tests compare with it
 * what the stream has selected.
 */
public final class BatchSelection {
  private BatchSelection() {}

  /**
   * The tier of each selected candidate, in selection order.
   *
   * @param task says the algorithm, the budgets and how many queries there are
   * @param rows the scores to each query, by candidate id
   */
  public static Map<String, Integer> tiers(TargetTask task, Map<String, float[]> rows) {
    List<Integer> budgets = task.getBudgets();
    return tiers(
        task,
        select(
            task.getAlgorithm(), rows, task.getQueries().size(), budgets.get(budgets.size() - 1)));
  }

  /**
   * The tier of each selected candidate, in selection order.
   *
   * @param order the ids of the selected candidates, in selection order
   */
  public static Map<String, Integer> tiers(TargetTask task, List<String> order) {
    List<Integer> budgets = task.getBudgets();
    Map<String, Integer> tiers = new LinkedHashMap<>();
    for (int slot = 0; slot < order.size(); slot++) {
      int at = slot;
      tiers.put(order.get(slot), budgets.stream().filter(b -> b > at).findFirst().orElseThrow());
    }
    return tiers;
  }

  /**
   * Selects candidates. Of equal scores, the lower id comes first.
   *
   * @param algorithm as a task names it; {@code random} alone has seed 0
   * @param rows the scores to each query, by candidate id
   * @param budget how many to select at most
   */
  public static List<String> select(
      String algorithm, Map<String, float[]> rows, int queries, int budget) {
    SortedMap<String, float[]> byId = new TreeMap<>(rows);
    if (algorithm.equals("round-robin")) {
      return roundRobin(byId, queries, Math.min(budget, rows.size()));
    }
    if (algorithm.equals("doubly-greedy")) {
      return first(budget, byId, Comparator.comparing(id -> -highest(rows.get(id))));
    }
    if (algorithm.equals("knn-uniform")) {
      Map<String, Integer> counts = neighbourhoods(byId, queries);
      return first(budget, byId, Comparator.comparing(id -> -counts.get(id)));
    }
    String seed = algorithm.equals("random") ? "0" : algorithm.substring("random:".length());
    return first(budget, byId, Comparator.comparing(id -> sha256(seed + ":" + id)));
  }

  /**
   * Selects candidates whose contents count once. The lowest id of a content stands for it, and of
   * equal scores, the lower content comes first.
   *
   * @param contents the content of each candidate, by id
   */
  public static List<String> selectOnce(
      String algorithm,
      Map<String, float[]> rows,
      Map<String, String> contents,
      int queries,
      int budget) {
    Map<String, String> lowest = new TreeMap<>();
    Map<String, float[]> byContent = new TreeMap<>();
    new TreeMap<>(rows)
        .forEach(
            (id, row) -> {
              lowest.putIfAbsent(contents.get(id), id);
              byContent.putIfAbsent(contents.get(id), row);
            });
    return select(algorithm, byContent, queries, budget).stream().map(lowest::get).toList();
  }

  private static List<String> roundRobin(SortedMap<String, float[]> rows, int queries, int size) {
    List<String> order = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(rows.keySet());
    while (order.size() < size) {
      int query = order.size() % queries;
      String best = "";
      for (String id : left) {
        if (best.isEmpty() || rows.get(id)[query] > rows.get(best)[query]) {
          best = id;
        }
      }
      left.remove(best);
      order.add(best);
    }
    return order;
  }

  /**
   * Counts for each candidate the queries that have it among their K nearest, where K is the
   * smallest for which the distances of the next candidates are far enough above those before.
   */
  public static Map<String, Integer> neighbourhoods(SortedMap<String, float[]> rows, int queries) {
    List<List<String>> nearest = new ArrayList<>();
    for (int q = 0; q < queries; q++) {
      int query = q;
      Comparator<String> order = Comparator.comparing(id -> 1 - rows.get(id)[query]);
      nearest.add(first(5000, rows, order));
    }
    int k = Math.min(1, rows.size());
    while (k < nearest.get(0).size()) {
      double gaps = 0;
      for (int q = 0; q < queries; q++) {
        double next = 1 - rows.get(nearest.get(q).get(k))[q];
        for (String id : nearest.get(q).subList(0, k)) {
          gaps += next - (1 - rows.get(id)[q]);
        }
      }
      if (0.01 / 5 * gaps >= 0.99 * queries) {
        break;
      }
      k++;
    }
    Map<String, Integer> counts = new TreeMap<>();
    rows.keySet().forEach(id -> counts.put(id, 0));
    for (List<String> list : nearest) {
      list.subList(0, k).forEach(id -> counts.merge(id, 1, Integer::sum));
    }
    return counts;
  }

  /** Returns the first ids by an order; ids that are equal by it stay in ascending order. */
  private static List<String> first(
      int budget, SortedMap<String, float[]> rows, Comparator<String> order) {
    return rows.keySet().stream().sorted(order).limit(budget).toList();
  }

  /** Returns the highest score, with -0 as 0, because the two compare as different. */
  private static double highest(float[] row) {
    double highest = row[0];
    for (float score : row) {
      highest = Math.max(highest, score);
    }
    return highest == 0 ? 0 : highest;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
