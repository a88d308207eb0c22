package io.sluice.streams.selection;

import java.util.List;
import java.util.stream.IntStream;

/** Cuts a ranking into slices of equal size, to see what later parts of it are worth. */
public final class Quantiles {
  private Quantiles() {}

  /**
   * Cuts a ranking into consecutive slices. Each has floor(size / number) entries, but the last one
   * takes the remainder too. A ranking with fewer entries than slices is all in the last one.
   *
   * @param ranking the whole ranking, best first
   * @param number how many slices, at least 1
   * @return views of the ranking
   */
  public static <K> List<List<K>> of(List<K> ranking, int number) {
    int size = ranking.size() / number;
    return IntStream.range(0, number)
        .mapToObj(i -> ranking.subList(i * size, i == number - 1 ? ranking.size() : (i + 1) * size))
        .toList();
  }
}
