package io.sluice.schemas.file;

import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Derives ids from contents: equal messages always get the same id. */
final class ContentId {
  private static final int HEX_DIGITS = 32;

  private ContentId() {}

  /**
   * Returns {@code sha256-} and the first 32 hex digits of the SHA-256 of the {@linkplain
   * Messages#identity texts} of all turns, each of them preceded by its length.
   */
  static String of(List<Message> messages) {
    MessageDigest digest = sha256();
    for (Message message : messages) {
      Messages.identity(message).forEach(text -> update(digest, text));
    }
    return "sha256-" + HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
  }

  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }
}
