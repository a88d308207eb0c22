package io.sluice.streams.nominate;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;

/**
 * A shard's progress with one revision of a task, as far as it cannot be derived from the score
 * rows.
 *
 * @param caughtUp whether all representations that were stored when the revision was defined are
 *     scored
 * @param successorsDue whether a selected candidate was withdrawn and its successors are not yet
 *     nominated
 * @param passed the last key that the scoring of stored representations has passed; empty at the
 *     beginning
 */
record ShardProgress(boolean caughtUp, boolean successorsDue, Optional<Bytes> passed) {
  static final ShardProgress BEGINNING = new ShardProgress(false, false, Optional.empty());

  /** The progress after the stored representations up to this key have been scored. */
  ShardProgress withPassed(Bytes key) {
    return new ShardProgress(caughtUp, successorsDue, Optional.of(key));
  }

  /** The progress after all stored representations have been scored. */
  ShardProgress asCaughtUp() {
    return new ShardProgress(true, successorsDue, Optional.empty());
  }

  /** The progress with which all stored representations are examined again. */
  ShardProgress restarted() {
    return new ShardProgress(false, successorsDue, Optional.empty());
  }

  ShardProgress withSuccessorsDue(boolean due) {
    return new ShardProgress(caughtUp, due, passed);
  }

  /** Writes one byte per flag, 0 or 1, and then the bytes of the key, if there is one. */
  static Serde<ShardProgress> serde() {
    return Serdes.serdeFrom(
        (topic, progress) -> progress == null ? null : progress.toBytes(),
        (topic, bytes) -> bytes == null ? null : fromBytes(bytes));
  }

  private byte[] toBytes() {
    byte[] key = passed.map(Bytes::get).orElse(new byte[0]);
    return ByteBuffer.allocate(2 + key.length)
        .put((byte) (caughtUp ? 1 : 0))
        .put((byte) (successorsDue ? 1 : 0))
        .put(key)
        .array();
  }

  private static ShardProgress fromBytes(byte[] bytes) {
    byte[] key = new byte[bytes.length - 2];
    ByteBuffer.wrap(bytes, 2, key.length).get(key);
    return new ShardProgress(
        bytes[0] != 0,
        bytes[1] != 0,
        key.length == 0 ? Optional.empty() : Optional.of(Bytes.wrap(key)));
  }
}
