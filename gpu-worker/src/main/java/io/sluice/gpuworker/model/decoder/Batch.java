package io.sluice.gpuworker.model.decoder;

import java.util.List;

/**
 * Examples that pass through a model side by side, on the first axis of all states. Shorter ones
 * are padded at their ends. Padding has no effect: no position attends to a later one, and padded
 * positions are not asked for.
 *
 * @param ids the token ids of each example; at least one example, none empty
 * @param asked for each example, the positions whose state or prediction is wanted, ascending; at
 *     least one
 * @param copies how many times each example passes through the model, once per adapter
 */
public record Batch(List<long[]> ids, List<long[]> asked, int copies) {
  /** Takes unmodifiable copies of the lists. */
  public Batch {
    ids = List.copyOf(ids);
    asked = List.copyOf(asked);
  }

  /** A batch with one example only. All adapters share it, so it is not copied. */
  public static Batch of(long[] ids, long[] asked) {
    return new Batch(List.of(ids), List.of(asked), 1);
  }

  /** Whether there is one example only. */
  boolean isSingle() {
    return ids.size() == 1;
  }

  /** The number of examples. */
  int examples() {
    return ids.size();
  }

  /**
   * The number of rows of the first axis. Row {@code copy * examples + example} belongs to a copy
   * of an example.
   */
  int lanes() {
    return Math.multiplyExact(copies, ids.size());
  }

  /** The number of positions of the longest example. */
  int length() {
    return longest(ids);
  }

  /** The largest number of positions that are asked for in an example. */
  public int askedLength() {
    return longest(asked);
  }

  private static int longest(List<long[]> rows) {
    return rows.stream().mapToInt(row -> row.length).max().orElseThrow();
  }

  /**
   * The token ids, shape [examples, length], row by row; padded with 0, which is in every
   * vocabulary.
   */
  long[] paddedIds() {
    long[] padded = new long[ids.size() * length()];
    for (int e = 0; e < ids.size(); e++) {
      System.arraycopy(ids.get(e), 0, padded, e * length(), ids.get(e).length);
    }
    return padded;
  }

  /**
   * The positions that are asked for, shape [lanes, asked length], row by row; padded with the last
   * one of the example.
   */
  long[] paddedAsked() {
    int width = askedLength();
    long[] padded = new long[lanes() * width];
    for (int i = 0; i < padded.length; i++) {
      long[] positions = asked.get(i / width % ids.size());
      padded[i] = positions[Math.min(i % width, positions.length - 1)];
    }
    return padded;
  }
}
