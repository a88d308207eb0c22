package io.sluice.streams.topology;

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
import java.util.stream.IntStream;

/** The oracle: the batch rules, word for word, over the score rows of everything seen. */
final class BatchSelection {
  private BatchSelection() {}

  /** The tier of each selected candidate, in selection order. */
  static Map<String, Integer> tiers(TargetTask task, Map<String, float[]> rows) {
    List<Integer> budgets = task.getBudgets();
    List<String> order =
        order(task, task.getAlgorithm(), rows).stream()
            .limit(budgets.get(budgets.size() - 1))
            .toList();
    Map<String, Integer> tiers = new LinkedHashMap<>();
    for (int slot = 0; slot < order.size(); slot++) {
      int at = slot;
      tiers.put(order.get(slot), budgets.stream().filter(b -> b > at).findFirst().orElseThrow());
    }
    return tiers;
  }

  /** All candidates in the order of a rule. */
  static List<String> order(TargetTask task, String algorithm, Map<String, float[]> scores) {
    SortedMap<String, float[]> rows = new TreeMap<>(scores);
    return switch (algorithm) {
      case "round-robin" -> roundRobin(rows, task.getQueries().size());
      case "doubly-greedy" -> sorted(rows, Comparator.comparing(id -> -highest(rows.get(id))));
      case "random" -> sorted(rows, Comparator.comparing(id -> sha256("0:" + id)));
      case "random:3" -> sorted(rows, Comparator.comparing(id -> sha256("3:" + id)));
      default -> throw new AssertionError(algorithm);
    };
  }

  private static List<String> roundRobin(SortedMap<String, float[]> rows, int queries) {
    List<String> order = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(rows.keySet());
    while (!left.isEmpty()) {
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

  /** Ids that are equal by the order stay as the map has them, ascending. */
  private static List<String> sorted(SortedMap<String, float[]> rows, Comparator<String> order) {
    return rows.keySet().stream().sorted(order).toList();
  }

  private static double highest(float[] row) {
    return IntStream.range(0, row.length).mapToDouble(q -> row[q]).max().orElseThrow();
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
