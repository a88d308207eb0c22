package io.sluice.streams.selection;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Selects from a whole pool at once, by the plain definition of each algorithm. */
final class BatchRule {
  private BatchRule() {}

  /**
   * Selects a subset.
   *
   * @param scores shape [candidates][queries]; a candidate's id is its index
   * @param pool the ids of the candidates to select from, ascending
   */
  static List<Slot<Integer>> select(
      Algorithm algorithm, float[][] scores, List<Integer> pool, int budget) {
    if (algorithm instanceof Algorithm.RoundRobin) {
      return inTurns(scores, pool, budget);
    }
    if (algorithm instanceof Algorithm.DoublyGreedy) {
      return first(budget, scores, pool, Comparator.comparing(id -> -highest(scores[id])));
    }
    if (algorithm instanceof Algorithm.KnnUniform knn) {
      return byNeighbourhoods(knn.most(), scores, pool, budget);
    }
    int seed = ((Algorithm.Random) algorithm).seed();
    return first(budget, scores, pool, Comparator.comparing(id -> hash(seed + ":" + id)));
  }

  /** Fills slot by slot with the best remaining candidate for the query of the slot. */
  private static List<Slot<Integer>> inTurns(float[][] scores, List<Integer> pool, int budget) {
    List<Slot<Integer>> slots = new ArrayList<>();
    List<Integer> left = new ArrayList<>(pool);
    while (slots.size() < budget && !left.isEmpty()) {
      int query = slots.size() % scores[0].length;
      Integer best = left.stream().min(byIdAfter(id -> -plain(scores[id][query]))).orElseThrow();
      left.remove(best);
      slots.add(new Slot<>(slots.size(), query, best, scores[best][query]));
    }
    return slots;
  }

  private static List<Slot<Integer>> first(
      int budget, float[][] scores, List<Integer> pool, Comparator<Integer> order) {
    List<Integer> sorted =
        pool.stream().sorted(order.thenComparing(Comparator.naturalOrder())).toList();
    return IntStream.range(0, Math.min(budget, sorted.size()))
        .mapToObj(slot -> inPlace(slot, sorted.get(slot), scores[sorted.get(slot)]))
        .toList();
  }

  /** Counts for each candidate the queries that have it among their K nearest. */
  private static List<Slot<Integer>> byNeighbourhoods(
      int most, float[][] scores, List<Integer> pool, int budget) {
    int queries = pool.isEmpty() ? 0 : scores[0].length;
    List<List<Integer>> nearest =
        IntStream.range(0, queries)
            .mapToObj(
                q ->
                    pool.stream()
                        .sorted(byIdAfter(id -> (double) (1 - scores[id][q])))
                        .limit(most)
                        .toList())
            .toList();
    int neighbours = 1;
    while (neighbours < Math.min(most, pool.size())) {
      double moved = 0;
      for (int q = 0; q < queries; q++) {
        for (int k = 0; k < neighbours; k++) {
          float next = 1 - scores[nearest.get(q).get(neighbours)][q];
          moved += next - (double) (1 - scores[nearest.get(q).get(k)][q]);
        }
      }
      if (0.01 / 5 * moved >= 0.99 * queries) {
        break;
      }
      neighbours++;
    }
    int counted = neighbours;
    Function<Integer, Integer> count =
        id -> (int) nearest.stream().filter(list -> list.subList(0, counted).contains(id)).count();
    return first(budget, scores, pool, Comparator.comparing(id -> -count.apply(id))).stream()
        .map(
            slot ->
                new Slot<>(
                    slot.slot(), slot.query(), slot.id(), slot.score(), count.apply(slot.id())))
        .toList();
  }

  private static Slot<Integer> inPlace(int slot, int id, float[] row) {
    int query = 0;
    while (row[query] != highest(row)) {
      query++;
    }
    return new Slot<>(slot, query, id, row[query]);
  }

  private static Comparator<Integer> byIdAfter(Function<Integer, Double> key) {
    return Comparator.comparing(key).thenComparing(Comparator.naturalOrder());
  }

  private static double highest(float[] row) {
    return IntStream.range(0, row.length).mapToDouble(q -> plain(row[q])).max().orElseThrow();
  }

  /** Maps both zeros to the same value. */
  private static double plain(float score) {
    return score == 0 ? 0 : score;
  }

  private static BigInteger hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return new BigInteger(1, Arrays.copyOf(digest, 8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
