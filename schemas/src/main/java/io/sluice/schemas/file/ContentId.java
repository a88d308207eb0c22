package io.sluice.schemas.file;

import io.sluice.schemas.Message;
import io.sluice.schemas.hash.Sha256;
import io.sluice.schemas.message.Messages;
import java.util.List;

/** Derives ids from contents: equal messages and tools always get the same id. */
final class ContentId {
  private static final int HEX_DIGITS = 32;

  private ContentId() {}

  /**
   * Returns {@code sha256-} and the first 32 hex digits of the SHA-256 of the {@linkplain
   * Messages#identity(List, String) texts} of turns and tools, each of them preceded by its length.
   *
   * @param tools the definitions of the tools as a JSON array; empty when there are none
   */
  static String of(List<Message> messages, String tools) {
    Sha256 hash = new Sha256();
    Messages.identity(messages, tools).forEach(hash::add);
    return "sha256-" + hash.hex().substring(0, HEX_DIGITS);
  }
}
