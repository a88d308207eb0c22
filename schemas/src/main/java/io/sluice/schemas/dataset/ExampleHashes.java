package io.sluice.schemas.dataset;

import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The hashes by which a fine-tune job names its examples. All are SHA-256 in hex. */
public final class ExampleHashes {
  private ExampleHashes() {}

  /**
   * The hash of a dataset: of the candidate ids, each followed by a line feed, UTF-8.
   *
   * @param candidateIds in selection order
   */
  public static String ofOrder(List<String> candidateIds) {
    MessageDigest digest = sha256();
    candidateIds.forEach(id -> digest.update((id + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The hash of a query set or of held-out examples: of each one's id, its number of turns, and
   * each turn's role and content. A text is written as its length in UTF-8 bytes and those bytes, a
   * number or a length as 4 bytes, big-endian; so no two sets are written alike.
   *
   * @param queries in the order of the task
   */
  public static String ofQueries(List<Query> queries) {
    MessageDigest digest = sha256();
    for (Query query : queries) {
      text(digest, query.getId());
      number(digest, query.getMessages().size());
      for (Message message : query.getMessages()) {
        text(digest, message.getRole());
        text(digest, message.getContent());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void text(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(digest, bytes.length);
    digest.update(bytes);
  }

  private static void number(MessageDigest digest, int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
