package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.hash.Sha256;
import io.sluice.schemas.message.Messages;
import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A score row and the hash of the content that was scored. The first representation of a content
 * counts, and later ones are repeats. Different content under the same candidate id replaces it.
 *
 * @param content hash of the candidate's content, see {@link #contentOf}
 * @param scores similarity to each query, shape [queries]
 */
record ScoredContent(long content, float[] scores) {
  /**
   * Hashes the content of a candidate: the first eight bytes, big-endian, of the SHA-256 of its
   * source and of the {@linkplain Messages#identity(java.util.List, String) texts} of its messages
   * and tools. Each text is hashed in UTF-8 after its length in bytes. Metadata is no content.
   */
  static long contentOf(Candidate candidate) {
    Sha256 hash = new Sha256().add(candidate.getSource());
    Messages.identity(candidate.getMessages(), candidate.getTools()).forEach(hash::add);
    return ByteBuffer.wrap(hash.bytes()).getLong();
  }

  /** Writes eight bytes of content hash, then four bytes per score in query order, big-endian. */
  static Serde<ScoredContent> serde() {
    return Serdes.serdeFrom(
        (topic, row) -> row == null ? null : row.toBytes(),
        (topic, bytes) -> bytes == null ? null : fromBytes(bytes));
  }

  private byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Float.BYTES * scores.length);
    bytes.putLong(content).asFloatBuffer().put(scores);
    return bytes.array();
  }

  private static ScoredContent fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long content = in.getLong();
    float[] scores = new float[in.remaining() / Float.BYTES];
    in.asFloatBuffer().get(scores);
    return new ScoredContent(content, scores);
  }
}
