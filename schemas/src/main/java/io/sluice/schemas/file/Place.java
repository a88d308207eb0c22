package io.sluice.schemas.file;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an example is in its file. Its text, such as {@code element 2}, is how messages name it.
 *
 * @param kind what the file consists of
 * @param number the number of the line, of the element or of the row, from 1; blank lines count
 * @param line the number of the line on which it begins, from 1; of a row, the number of the row
 */
public record Place(Kind kind, long number, long line) {
  private static final Pattern IN_REASON =
      Pattern.compile("(element|row) (\\d{1,18}): .*", Pattern.DOTALL);

  /** What files consist of. */
  public enum Kind {
    /** A line of JSON lines. */
    LINE,
    /** An element of a JSON array. */
    ELEMENT,
    /** A row of Parquet. */
    ROW
  }

  /** The place of a line of JSON lines. */
  public static Place line(long number) {
    return new Place(Kind.LINE, number, number);
  }

  /** The place of an element of a JSON array, which begins on a line. */
  public static Place element(long number, long line) {
    return new Place(Kind.ELEMENT, number, line);
  }

  /** The place of a row of Parquet. */
  public static Place row(long number) {
    return new Place(Kind.ROW, number, number);
  }

  /** Returns the place for which {@link #inReason} has made a reason. */
  static Place of(long line, String reason) {
    Matcher matcher = IN_REASON.matcher(reason);
    if (!matcher.matches()) {
      return line(line);
    }
    long number = Long.parseLong(matcher.group(2));
    return matcher.group(1).equals("row") ? row(number) : element(number, line);
  }

  /**
   * Puts the place before a reason that stands beside the number of the line, which does not say
   * everything about elements and rows.
   */
  public String inReason(String reason) {
    return kind == Kind.LINE ? reason : this + ": " + reason;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + number;
  }
}
