package io.sluice.schemas.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** The text of one JSON value of an input: a line of JSON lines, or an element of a JSON array. */
sealed interface JsonItem {
  /** The line on which it begins, from 1; blank lines count. */
  long line();

  /**
   * A text that was read, and is not parsed yet.
   *
   * @param line the line on which it begins, from 1
   * @param element its number in the array, from 1; empty for JSON lines
   */
  record Text(long line, OptionalLong element, String text) implements JsonItem {
    /** The number that distinguishes it within its input: that of the element or of the line. */
    long number() {
      return element.orElse(line);
    }

    /** Adds the number of the element, if there is one, to the reason why it cannot be used. */
    String reason(String problem) {
      return JsonItem.reason(element, problem);
    }
  }

  /**
   * A text that could not be read, for example because it is too long.
   *
   * @param line the line on which it begins, from 1
   * @param reason why, in words for people, with the number of the element if there is one
   */
  record Unreadable(long line, String reason) implements JsonItem {}

  /** Decodes UTF-8. */
  static JsonItem decode(long line, OptionalLong element, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Text(line, element, text);
    } catch (CharacterCodingException e) {
      return new Unreadable(line, reason(element, "not UTF-8 text: save the file as UTF-8"));
    }
  }

  /** The item that stands for a text of more than {@code maxBytes} bytes. */
  static JsonItem tooLong(long line, OptionalLong element, int maxBytes) {
    return new Unreadable(line, reason(element, "longer than " + maxBytes + " bytes"));
  }

  private static String reason(OptionalLong element, String problem) {
    return element.isPresent() ? "element " + element.getAsLong() + ": " + problem : problem;
  }
}
