package io.sluice.streams.nominate;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.hash.Sha256;
import io.sluice.schemas.message.Messages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What a shard stores of a candidate for one revision of a task: the hash of the content that was
 * judged, and the outcome. The first representation of a content is scored, and later ones are
 * repeats, unless the task's rules judge them differently. Different content under the same
 * candidate id replaces it.
 */
sealed interface StoredContent {
  /** Stands for an offset that is not known. */
  long UNKNOWN_OFFSET = -1;

  /** Hash of the candidate's content, see {@link #contentOf}. */
  long content();

  /**
   * Offset of the latest record of the candidate with this content; -1 if version 0.1 stored it,
   * which did not know.
   */
  long offset();

  /** The same with the offset of a later record of the same content. */
  StoredContent at(long later);

  /**
   * An eligible candidate, which is in the pool.
   *
   * @param scores similarity to each query, shape [queries]
   * @param identity the hash by which the task's contents count once; empty if candidates do
   * @param leak whether the candidate shares text with the task, and this is reported
   * @param learntTokens its learnt tokens; 0 unless the task has budgets in tokens
   */
  record Scored(
      long content, long offset, float[] scores, String identity, boolean leak, int learntTokens)
      implements StoredContent {
    private static final int IDENTITY_BYTES = 16;

    @Override
    public Scored at(long later) {
      return new Scored(content, later, scores, identity, leak, learntTokens);
    }

    /**
     * The first eight bytes of the identity, big-endian, by which contents are counted.
     *
     * @throws NumberFormatException when the task's candidates have no identity, which is a defect
     */
    long contentKey() {
      return HexFormat.fromHexDigitsToLong(identity, 0, 2 * Long.BYTES);
    }

    /**
     * The identity of a content: of candidates that tokenize alike it is equal if their scores are,
     * and 32 hexadecimal digits long. Scores differ only if the candidates were represented with
     * different encodings or on different devices; they count as two contents then, because every
     * shard must know the same scores of a content.
     */
    static String identity(ByteBuffer tokensHash, float[] scores) {
      byte[] tokens = new byte[tokensHash.remaining()];
      tokensHash.duplicate().get(tokens);
      ByteBuffer row = ByteBuffer.allocate(Float.BYTES * scores.length);
      row.asFloatBuffer().put(scores);
      byte[] hash = new Sha256().add(tokens).add(row.array()).bytes();
      return HexFormat.of().formatHex(hash, 0, IDENTITY_BYTES);
    }
  }

  /**
   * A candidate that the task's rules leave out.
   *
   * @param reason the reason under which it is counted
   */
  record LeftOut(long content, long offset, String reason) implements StoredContent {
    @Override
    public LeftOut at(long later) {
      return new LeftOut(content, later, reason);
    }
  }

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

  /**
   * Writes eight bytes of content hash, the bits of a NaN, which no score is, eight bytes of
   * offset, a byte with one bit for each thing that follows, and these: the 16 bytes of the
   * identity; the learnt tokens as four bytes; four bytes per score in query order, or the reason
   * against the candidate in UTF-8. Numbers are big-endian. Version 0.1 wrote the scores right
   * behind the hash.
   */
  static Serde<StoredContent> serde() {
    return Serdes.serdeFrom(
        (topic, stored) -> stored == null ? null : StoredForm.toBytes(stored),
        (topic, bytes) -> bytes == null ? null : StoredForm.fromBytes(bytes));
  }

  /** The form in bytes, see {@link #serde}. */
  final class StoredForm {
    private static final int MARK = 0x7FC00001;
    private static final int IDENTIFIED = 1;
    private static final int LEAK = 2;
    private static final int LEARNT = 4;
    private static final int LEFT_OUT = 8;

    private StoredForm() {}

    private static byte[] toBytes(StoredContent stored) {
      if (stored instanceof LeftOut leftOut) {
        byte[] reason = leftOut.reason.getBytes(StandardCharsets.UTF_8);
        return head(stored, LEFT_OUT, reason.length).put(reason).array();
      }
      Scored scored = (Scored) stored;
      byte[] identity = HexFormat.of().parseHex(scored.identity);
      boolean learnt = scored.learntTokens > 0;
      int marks =
          (identity.length > 0 ? IDENTIFIED : 0) | (scored.leak ? LEAK : 0) | (learnt ? LEARNT : 0);
      int rest =
          identity.length + (learnt ? Integer.BYTES : 0) + Float.BYTES * scored.scores.length;
      ByteBuffer bytes = head(stored, marks, rest).put(identity);
      if (learnt) {
        bytes.putInt(scored.learntTokens);
      }
      bytes.asFloatBuffer().put(scored.scores);
      return bytes.array();
    }

    private static ByteBuffer head(StoredContent stored, int marks, int rest) {
      return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + 1 + rest)
          .putLong(stored.content())
          .putInt(MARK)
          .putLong(stored.offset())
          .put((byte) marks);
    }

    private static StoredContent fromBytes(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      long content = in.getLong();
      if (in.getInt(Long.BYTES) != MARK) {
        return new Scored(content, UNKNOWN_OFFSET, scores(in), "", false, 0);
      }
      in.getInt();
      long offset = in.getLong();
      int marks = in.get();
      if ((marks & LEFT_OUT) != 0) {
        return new LeftOut(content, offset, StandardCharsets.UTF_8.decode(in).toString());
      }
      byte[] identity = new byte[(marks & IDENTIFIED) == 0 ? 0 : Scored.IDENTITY_BYTES];
      in.get(identity);
      int learntTokens = (marks & LEARNT) == 0 ? 0 : in.getInt();
      return new Scored(
          content,
          offset,
          scores(in),
          HexFormat.of().formatHex(identity),
          (marks & LEAK) != 0,
          learntTokens);
    }

    private static float[] scores(ByteBuffer in) {
      float[] scores = new float[in.remaining() / Float.BYTES];
      in.asFloatBuffer().get(scores);
      return scores;
    }
  }
}
