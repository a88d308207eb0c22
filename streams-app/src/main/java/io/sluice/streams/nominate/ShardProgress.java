package io.sluice.streams.nominate;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A shard's progress with one revision of a task, as far as it cannot be derived from the score
 * rows.
 *
 * @param readBefore the offset before which the stored records of the partition have been read for
 *     the task, from 0. It may be ahead of the live records, which then have nothing new below it
 * @param caughtUp whether no more stored records are to be read: those that follow are live ones
 * @param successorsDue whether a selected candidate was withdrawn and its successors are not yet
 *     nominated
 */
record ShardProgress(long readBefore, boolean caughtUp, boolean successorsDue) {
  static final ShardProgress BEGINNING = new ShardProgress(0, false, false);

  /**
   * Marks the form below. Version 0.1 begins with 0 or 1, and its scores were stored without the
   * offsets of the records, so all records are read again.
   */
  private static final byte FORM = 2;

  /** The progress after all records below an offset have been read. */
  ShardProgress readUpTo(long offset) {
    return new ShardProgress(offset, false, successorsDue);
  }

  /** The progress after all records before the live ones have been read. */
  ShardProgress asCaughtUp() {
    return new ShardProgress(readBefore, true, successorsDue);
  }

  /** The progress with which at least the records from an offset on are read again. */
  ShardProgress notBeyond(long offset) {
    return readUpTo(caughtUp ? offset : Math.min(offset, readBefore));
  }

  /**
   * The progress after a live record has withdrawn a candidate, which no row says any more.
   *
   * @param offset of the record; ignored while stored records are still to be read
   */
  ShardProgress withdrawnAt(long offset) {
    return caughtUp
        ? new ShardProgress(Math.max(readBefore, offset + 1), true, successorsDue)
        : this;
  }

  ShardProgress withSuccessorsDue(boolean due) {
    return new ShardProgress(readBefore, caughtUp, due);
  }

  /**
   * Writes a byte for the form, one for the flag of the successors, 0 or 1, and eight for the
   * offset: the offset itself if the task has not caught up, else -1 less the offset.
   */
  static Serde<ShardProgress> serde() {
    return Serdes.serdeFrom(
        (topic, progress) -> progress == null ? null : progress.toBytes(),
        (topic, bytes) -> bytes == null ? null : fromBytes(bytes));
  }

  private byte[] toBytes() {
    return ByteBuffer.allocate(2 + Long.BYTES)
        .put(FORM)
        .put((byte) (successorsDue ? 1 : 0))
        .putLong(caughtUp ? -1 - readBefore : readBefore)
        .array();
  }

  private static ShardProgress fromBytes(byte[] bytes) {
    boolean due = bytes[1] != 0;
    if (bytes[0] != FORM) {
      return BEGINNING.withSuccessorsDue(due);
    }
    long offset = ByteBuffer.wrap(bytes).getLong(2);
    return new ShardProgress(offset < 0 ? -1 - offset : offset, offset < 0, due);
  }
}
