package io.sluice.streams.rules;

import java.util.Arrays;

/** A set of hashes, in one array. Can grow, but not shrink. */
final class LongSet {
  /** Marks a free place; the hash 0 is noted separately. */
  private static final long FREE = 0;

  private long[] table = new long[64];
  private int size;
  private boolean hasZero;

  void add(long hash) {
    if (hash == FREE) {
      hasZero = true;
      return;
    }
    if (2 * (size + 1) > table.length) {
      long[] before = table;
      table = new long[2 * before.length];
      size = 0;
      Arrays.stream(before).filter(each -> each != FREE).forEach(this::add);
    }
    int place = place(hash);
    if (table[place] == FREE) {
      table[place] = hash;
      size++;
    }
  }

  boolean contains(long hash) {
    return hash == FREE ? hasZero : table[place(hash)] == hash;
  }

  /** The place of a hash, or the free place where it belongs. */
  private int place(long hash) {
    int place = (int) hash & table.length - 1;
    while (table[place] != FREE && table[place] != hash) {
      place = place + 1 & table.length - 1;
    }
    return place;
  }
}
