package io.sluice.streams.selection;

import java.util.List;

/**
 * What one offer did to a selection.
 *
 * @param <K> candidate ids
 * @param admitted whether the offered candidate was taken in: a shard then has to send it on to the
 *     selection into which shards are merged
 * @param changes all candidates whose tier changed, those that the offer displaced after those that
 *     displaced them; slots that changed within a tier are not told
 */
public record Admission<K>(boolean admitted, List<TierChange<K>> changes) {
  /** Keeps the changes as they are now. */
  public Admission {
    changes = List.copyOf(changes);
  }

  /** An offer that changed nothing. */
  static <K> Admission<K> none() {
    return new Admission<>(false, List.of());
  }
}
