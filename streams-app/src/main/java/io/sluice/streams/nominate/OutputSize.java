package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Message;
import java.util.Map;

/**
 * The size of the records that a candidate causes downstream of its shard: nominations, selected
 * instructions and examples of jobs, which hold the candidate and its score for each query.
 */
final class OutputSize {
  /** Ids, numbers, schema ids and Kafka's framing, generously. */
  private static final int FRAME_BYTES = 2048;

  /** The lengths of the texts of a message, or of an entry of the metadata. */
  private static final int FRAME_BYTES_PER_TEXTS = 16;

  private OutputSize() {}

  /**
   * An upper bound of the size of the largest of these records, in bytes.
   *
   * @param queries number of queries of the task
   */
  static long ofLargest(Candidate candidate, int queries) {
    long bytes =
        FRAME_BYTES
            + (long) Float.BYTES * queries
            + utf8Bytes(candidate.getSource())
            + utf8Bytes(candidate.getTools());
    for (Message message : candidate.getMessages()) {
      bytes +=
          FRAME_BYTES_PER_TEXTS
              + utf8Bytes(message.getRole())
              + utf8Bytes(message.getContent())
              + utf8Bytes(message.getExtra());
    }
    for (Map.Entry<String, String> entry : candidate.getMetadata().entrySet()) {
      bytes += FRAME_BYTES_PER_TEXTS + utf8Bytes(entry.getKey()) + utf8Bytes(entry.getValue());
    }
    return bytes;
  }

  private static long utf8Bytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      // Each half of a surrogate pair counts for two of the four bytes of its character.
      bytes += unit < 0x80 ? 1 : unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
    }
    return bytes;
  }
}
