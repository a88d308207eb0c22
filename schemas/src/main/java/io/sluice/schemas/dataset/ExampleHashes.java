package io.sluice.schemas.dataset;

import io.sluice.schemas.Message;
import io.sluice.schemas.Query;
import io.sluice.schemas.message.Messages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The checksums that a fine-tune job carries, so that a reader can prove that it has exactly the
 * job's examples. All are SHA-256, as 64 lower-case hex digits.
 */
public final class ExampleHashes {
  private ExampleHashes() {}

  /**
   * Hashes which candidates a dataset holds, and their order: the ids in UTF-8, each followed by a
   * line feed.
   *
   * @param candidateIds in selection order
   */
  public static String ofOrder(List<String> candidateIds) {
    MessageDigest digest = sha256();
    candidateIds.forEach(id -> digest.update((id + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Hashes a query set or held-out examples: for each example its id, its number of turns, and the
   * {@linkplain Messages#identity texts} of each turn. Every text is preceded by its length in
   * UTF-8 bytes, and numbers are 4 bytes, big-endian, so that different sets never give the hash
   * the same bytes.
   *
   * @param queries in the order in which the task lists them
   */
  public static String ofQueries(List<Query> queries) {
    MessageDigest digest = sha256();
    for (Query query : queries) {
      updateText(digest, query.getId());
      updateNumber(digest, query.getMessages().size());
      for (Message message : query.getMessages()) {
        Messages.identity(message).forEach(text -> updateText(digest, text));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void updateText(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    updateNumber(digest, bytes.length);
    digest.update(bytes);
  }

  private static void updateNumber(MessageDigest digest, int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }
}
