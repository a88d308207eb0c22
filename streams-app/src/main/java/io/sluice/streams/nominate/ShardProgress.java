package io.sluice.streams.nominate;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A shard's progress with one revision of a task, as far as it cannot be derived from the score
 * rows.
 *
 * @param next the offset from which the partition is still to be read for the task; empty when the
 *     task has caught up with the live records
 * @param successorsDue whether a selected candidate was withdrawn and its successors are not yet
 *     nominated
 */
record ShardProgress(OptionalLong next, boolean successorsDue) {
  static final ShardProgress BEGINNING = new ShardProgress(OptionalLong.of(0), false);

  /**
   * Marks the form below. Version 0.1 begins with 0 or 1, and its scores were stored without the
   * offsets of the records, so all records are read again.
   */
  private static final byte FORM = 2;

  private static final long CAUGHT_UP = -1;

  boolean caughtUp() {
    return next.isEmpty();
  }

  /** The progress after all records below an offset have been scored. */
  ShardProgress readUpTo(long offset) {
    return new ShardProgress(OptionalLong.of(offset), successorsDue);
  }

  /** The progress after all records before the live ones have been scored. */
  ShardProgress asCaughtUp() {
    return new ShardProgress(OptionalLong.empty(), successorsDue);
  }

  /** The progress with which at least the records from an offset on are read again. */
  ShardProgress notBeyond(long offset) {
    return readUpTo(Math.min(offset, next.orElse(offset)));
  }

  ShardProgress withSuccessorsDue(boolean due) {
    return new ShardProgress(next, due);
  }

  /** Writes a byte for the form, one for the flag, 0 or 1, and eight for the offset or -1. */
  static Serde<ShardProgress> serde() {
    return Serdes.serdeFrom(
        (topic, progress) -> progress == null ? null : progress.toBytes(),
        (topic, bytes) -> bytes == null ? null : fromBytes(bytes));
  }

  private byte[] toBytes() {
    return ByteBuffer.allocate(2 + Long.BYTES)
        .put(FORM)
        .put((byte) (successorsDue ? 1 : 0))
        .putLong(next.orElse(CAUGHT_UP))
        .array();
  }

  private static ShardProgress fromBytes(byte[] bytes) {
    boolean due = bytes[1] != 0;
    if (bytes[0] != FORM) {
      return BEGINNING.withSuccessorsDue(due);
    }
    long next = ByteBuffer.wrap(bytes).getLong(2);
    return new ShardProgress(next == CAUGHT_UP ? OptionalLong.empty() : OptionalLong.of(next), due);
  }
}
