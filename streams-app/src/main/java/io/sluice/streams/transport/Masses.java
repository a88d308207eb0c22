package io.sluice.streams.transport;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Ranks candidates by the mass that an algorithm gave them. */
public final class Masses {
  private Masses() {}

  /**
   * The candidates with the greatest masses, the greatest first; among equal masses, those of lower
   * index first.
   *
   * @param masses the mass of each candidate, none negative
   * @param budget how many candidates, at least 1
   * @return indices of candidates, at most as many as there are
   */
  public static List<Integer> ranked(double[] masses, int budget) {
    return IntStream.range(0, masses.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer candidate) -> -masses[candidate]))
        .limit(budget)
        .toList();
  }
}
