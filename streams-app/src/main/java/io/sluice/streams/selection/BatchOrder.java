package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Selects from a whole table of scores at once, by the plain definition of each algorithm.
 *
 * <p>A {@link Selection} takes candidates one by one and reaches the same result in another way.
 * This class is what a published subset is verified with, so it shares no code with the selections
 * but the hash of {@code random} and the stopping rule of {@code knn-uniform}.
 *
 * <p>Memory: one int for each query and selected candidate, and 8 bytes per candidate while a query
 * is sorted.
 */
public final class BatchOrder {
  private BatchOrder() {}

  /**
   * Selects candidates. Of equal ones, the lower column comes first.
   *
   * @param rows shape [queries][candidates], without NaN; at least one query
   * @param budget how many candidates to select at most
   * @param keys what the algorithm {@code random} hashes, by column
   * @return slots with columns in place of ids, in selection order
   */
  public static List<Slot<Integer>> select(
      Algorithm algorithm, float[][] rows, int budget, IntFunction<String> keys) {
    if (rows[0].length == 0) {
      return List.of();
    } else if (algorithm instanceof Algorithm.RoundRobin) {
      return inTurns(rows, budget);
    } else if (algorithm instanceof Algorithm.DoublyGreedy) {
      float[] highest = new float[rows[0].length];
      for (int column = 0; column < highest.length; column++) {
        highest[column] = rows[indexOfHighest(rows, column)][column];
      }
      return inPlaces(rows, first(highest, budget), new int[highest.length]);
    } else if (algorithm instanceof Algorithm.KnnUniform knn) {
      return byNeighbourhoods(rows, budget, knn.most());
    }
    return atRandom(((Algorithm.Random) algorithm).seed(), rows, budget, keys);
  }

  /** The queries take turns; each takes the first candidate of its order that is not taken. */
  private static List<Slot<Integer>> inTurns(float[][] rows, int budget) {
    int size = Math.min(budget, rows[0].length);
    // No query can need more: at most size - 1 of its first candidates are taken by others.
    int[][] orders = Arrays.stream(rows).map(row -> first(row, size)).toArray(int[][]::new);
    int[] next = new int[rows.length];
    boolean[] taken = new boolean[rows[0].length];
    List<Slot<Integer>> slots = new ArrayList<>(size);
    while (slots.size() < size) {
      int query = slots.size() % rows.length;
      while (taken[orders[query][next[query]]]) {
        next[query]++;
      }
      int column = orders[query][next[query]];
      taken[column] = true;
      slots.add(new Slot<>(slots.size(), query, column, rows[query][column]));
    }
    return slots;
  }

  private static List<Slot<Integer>> byNeighbourhoods(float[][] rows, int budget, int most) {
    int columns = rows[0].length;
    int longest = Math.min(most, columns);
    int[][] nearest = new int[rows.length][];
    double[] distances = new double[longest];
    for (int query = 0; query < rows.length; query++) {
      float[] closeness = new float[columns];
      for (int column = 0; column < columns; column++) {
        // The published method ranks by distances in single precision, which merges close scores.
        closeness[column] = -(1 - rows[query][column]);
      }
      nearest[query] = first(closeness, longest);
      for (int k = 0; k < longest; k++) {
        distances[k] -= closeness[nearest[query][k]];
      }
    }
    int neighbours = StoppingRule.neighbours(distances, rows.length);
    int[] counts = new int[columns];
    for (int[] list : nearest) {
      Arrays.stream(list, 0, neighbours).forEach(column -> counts[column]++);
    }
    float[] ranks = new float[columns];
    for (int column = 0; column < columns; column++) {
      ranks[column] = counts[column];
    }
    return inPlaces(rows, first(ranks, budget), counts);
  }

  private static List<Slot<Integer>> atRandom(
      int seed, float[][] rows, int budget, IntFunction<String> keys) {
    IdHash hash = new IdHash(seed);
    int columns = rows[0].length;
    long[] hashes = new long[columns];
    Arrays.setAll(hashes, column -> hash.of(keys.apply(column)));
    int[] order =
        IntStream.range(0, columns)
            .boxed()
            .sorted(Comparator.comparingLong(column -> hashes[column]))
            .limit(budget)
            .mapToInt(Integer::intValue)
            .toArray();
    return inPlaces(rows, order, new int[columns]);
  }

  /** The columns with the highest values, descending; of equal values, the lowest column first. */
  private static int[] first(float[] values, int count) {
    long[] sorted = new long[values.length];
    for (int column = 0; column < values.length; column++) {
      // Adding zero makes -0 and 0 equal, as they are by the rules.
      int bits = Float.floatToIntBits(values[column] + 0.0f);
      int ascending = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
      sorted[column] = (long) ~ascending << Integer.SIZE | column;
    }
    Arrays.sort(sorted);
    return Arrays.stream(sorted).limit(count).mapToInt(each -> (int) each).toArray();
  }

  private static List<Slot<Integer>> inPlaces(float[][] rows, int[] order, int[] neighbourOf) {
    return IntStream.range(0, order.length)
        .mapToObj(
            slot -> {
              int column = order[slot];
              int query = indexOfHighest(rows, column);
              return new Slot<>(slot, query, column, rows[query][column], neighbourOf[column]);
            })
        .toList();
  }

  private static int indexOfHighest(float[][] rows, int column) {
    int highest = 0;
    for (int query = 1; query < rows.length; query++) {
      if (rows[query][column] > rows[highest][column]) {
        highest = query;
      }
    }
    return highest;
  }
}
