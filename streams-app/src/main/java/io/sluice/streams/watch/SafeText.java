package io.sluice.streams.watch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that nobody could use, as text that people can look at.
 *
 * @param text what can be printed of the bytes, with a dot for each other character
 * @param bytes how many bytes there are
 * @param isCut whether the text is that of the first bytes only
 * @param isBinary whether the bytes are not text
 */
public record SafeText(String text, int bytes, boolean isCut, boolean isBinary) {
  private static final int MOST_BYTES = 8_000;
  private static final int MOST_CHARACTERS = 2_000;
  private static final char UNPRINTABLE = '·';

  /** Makes the text. */
  static SafeText of(byte[] all) {
    byte[] bytes = all.length > MOST_BYTES ? Arrays.copyOf(all, MOST_BYTES) : all;
    String decoded = new String(bytes, StandardCharsets.UTF_8);
    StringBuilder shown = new StringBuilder();
    int next = 0;
    boolean controls = false;
    while (next < decoded.length() && shown.length() < MOST_CHARACTERS) {
      int character = decoded.codePointAt(next);
      next += Character.charCount(character);
      if (isPrintable(character)) {
        shown.appendCodePoint(character);
      } else {
        controls = true;
        shown.append(UNPRINTABLE);
      }
    }
    boolean isCut = next < decoded.length() || bytes.length < all.length;
    return new SafeText(
        shown.toString(), all.length, isCut, controls || (!isCut && !isUtf8(bytes)));
  }

  /** Neither control characters nor such as change the direction of what follows. */
  private static boolean isPrintable(int character) {
    int type = Character.getType(character);
    return character == '\n'
        || character == '\t'
        || character == '\r'
        || (type != Character.CONTROL
            && type != Character.FORMAT
            && type != Character.SURROGATE
            && type != Character.UNASSIGNED
            && character != '\uFFFD');
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
