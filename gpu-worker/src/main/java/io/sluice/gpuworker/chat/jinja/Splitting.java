package io.sluice.gpuworker.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Splitting, joining and replacing texts as Python does. */
final class Splitting {
  private Splitting() {}

  /**
   * Splits a text.
   *
   * @param separator what separates the parts; absent for runs of white space
   * @param most how many times it is split at most; no limit if negative
   * @param fromEnd whether the limit counts from the end
   */
  static List<String> split(String text, Optional<String> separator, int most, boolean fromEnd) {
    int limit = most < 0 ? Integer.MAX_VALUE : most;
    if (separator.isPresent() && separator.get().isEmpty()) {
      throw RenderException.failed("empty separator");
    }
    if (fromEnd) {
      List<String> parts =
          separator
              .map(given -> splitAtFromEnd(text, given, limit))
              .orElseGet(() -> splitAtSpaceFromEnd(text, limit));
      Collections.reverse(parts);
      return parts;
    }
    return separator
        .map(given -> splitAt(text, given, limit))
        .orElseGet(() -> splitAtSpace(text, limit));
  }

  private static List<String> splitAt(String text, String separator, int limit) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && parts.size() < limit) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static List<String> splitAtFromEnd(String text, String separator, int limit) {
    List<String> parts = new ArrayList<>();
    int to = text.length();
    int at = text.lastIndexOf(separator);
    while (at >= 0 && parts.size() < limit) {
      parts.add(text.substring(at + separator.length(), to));
      to = at;
      at = to < separator.length() ? -1 : text.lastIndexOf(separator, to - separator.length());
    }
    parts.add(text.substring(0, to));
    return parts;
  }

  private static List<String> splitAtSpace(String text, int limit) {
    List<String> parts = new ArrayList<>();
    int from = skip(text, 0);
    while (from < text.length()) {
      if (parts.size() == limit) {
        parts.add(text.substring(from));
        return parts;
      }
      int to = from;
      while (to < text.length() && !Whitespace.is(text.charAt(to))) {
        to++;
      }
      parts.add(text.substring(from, to));
      from = skip(text, to);
    }
    return parts;
  }

  private static int skip(String text, int from) {
    int at = from;
    while (at < text.length() && Whitespace.is(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static List<String> splitAtSpaceFromEnd(String text, int limit) {
    List<String> parts = new ArrayList<>();
    String rest = Whitespace.stripEnd(text);
    while (!rest.isEmpty()) {
      if (parts.size() == limit) {
        parts.add(rest);
        return parts;
      }
      int from = rest.length();
      while (from > 0 && !Whitespace.is(rest.charAt(from - 1))) {
        from--;
      }
      parts.add(rest.substring(from));
      rest = Whitespace.stripEnd(rest.substring(0, from));
    }
    return parts;
  }

  /** The lines of a text; Python knows more line breaks than Java. */
  static List<String> lines(String text, boolean keepBreaks) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean breaks =
          (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
      if (breaks) {
        int next = text.startsWith("\r\n", at) ? at + 2 : at + 1;
        lines.add(text.substring(from, keepBreaks ? next : at));
        from = next;
        at = next;
      } else {
        at++;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  /**
   * Replaces parts of a text.
   *
   * @param most how many at most; no limit if negative
   */
  static String replace(String text, String part, String by, int most, Work work) {
    if (part.isEmpty()) {
      return insertedBetween(text, by, most, work);
    }
    List<String> pieces = split(text, Optional.of(part), most, false);
    return pieces.size() == 1 ? text : join(by, pieces, work);
  }

  private static String insertedBetween(String text, String by, int most, Work work) {
    long places = CodePoints.length(text) + 1L;
    long count = most < 0 ? places : Math.min(most, places);
    work.builds(text.length() + count * by.length());
    StringBuilder out = new StringBuilder();
    int[] characters = text.codePoints().toArray();
    for (int i = 0; i < places; i++) {
      out.append(i < count ? by : "");
      if (i < characters.length) {
        out.appendCodePoint(characters[i]);
      }
    }
    return out.toString();
  }

  static String join(String separator, List<String> parts, Work work) {
    long length = (long) separator.length() * Math.max(0, parts.size() - 1);
    work.builds(length + parts.stream().mapToLong(String::length).sum());
    work.steps(parts.size());
    return String.join(separator, parts);
  }
}
