package io.sluice.streams.select;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What the record of a selected candidate says about its place in the subset.
 *
 * @param tier the smallest budget that includes the candidate, or {@link #OUTDATED}'s
 * @param neighbourOf the number of queries that have it among their K nearest; 0 unless the task's
 *     algorithm ranks by it
 */
record SubsetPlace(int tier, int neighbourOf) {
  /**
   * Used for a candidate whose published record is out of date, for instance because its content
   * was replaced, its metadata changed, or the task has a new revision.
   */
  static final SubsetPlace OUTDATED = new SubsetPlace(-1, 0);

  /**
   * Reads and writes places as big-endian integers: the tier, followed by the number of queries
   * unless that is 0. Places without that number have the form in which release 0.1 wrote all
   * places.
   */
  static Serde<SubsetPlace> serde() {
    return Serdes.serdeFrom((topic, place) -> place.bytes(), (topic, bytes) -> of(bytes));
  }

  private byte[] bytes() {
    return neighbourOf == 0
        ? ByteBuffer.allocate(Integer.BYTES).putInt(tier).array()
        : ByteBuffer.allocate(2 * Integer.BYTES).putInt(tier).putInt(neighbourOf).array();
  }

  private static SubsetPlace of(byte[] bytes) {
    ByteBuffer integers = ByteBuffer.wrap(bytes);
    int tier = integers.getInt();
    return new SubsetPlace(tier, integers.hasRemaining() ? integers.getInt() : 0);
  }
}
