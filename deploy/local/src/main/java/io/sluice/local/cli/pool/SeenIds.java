package io.sluice.local.cli.pool;

import io.sluice.schemas.hash.Sha256;
import java.nio.ByteBuffer;

/**
 * Tells ids that came before from new ones. It keeps 64 bits of a hash of each, in 16 to 32 bytes
 * of memory, so that pools of many millions of candidates can be checked; that two different ids
 * are taken for the same is less likely than one in a thousand for a hundred million of them. Not
 * thread-safe.
 */
final class SeenIds {
  private long[] slots = new long[1 << 10];
  private int size;
  private boolean hasZero;

  /** Adds an id and returns whether it is new. */
  boolean add(String id) {
    long hash = ByteBuffer.wrap(new Sha256().add(id).bytes()).getLong();
    if (hash == 0) {
      // Zero marks an empty slot.
      boolean isNew = !hasZero;
      hasZero = true;
      return isNew;
    }
    if (2 * size >= slots.length) {
      grow();
    }
    boolean isNew = put(slots, hash);
    if (isNew) {
      size++;
    }
    return isNew;
  }

  private void grow() {
    long[] larger = new long[2 * slots.length];
    for (long hash : slots) {
      if (hash != 0) {
        put(larger, hash);
      }
    }
    slots = larger;
  }

  private static boolean put(long[] slots, long hash) {
    int at = (int) hash & (slots.length - 1);
    while (slots[at] != 0) {
      if (slots[at] == hash) {
        return false;
      }
      at = (at + 1) & (slots.length - 1);
    }
    slots[at] = hash;
    return true;
  }
}
