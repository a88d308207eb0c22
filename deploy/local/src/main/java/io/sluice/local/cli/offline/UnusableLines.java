package io.sluice.local.cli.offline;

import io.sluice.schemas.file.Place;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reports the lines of a file that cannot be used: the first few one by one, and of the others only
 * the number.
 */
final class UnusableLines {
  private static final int MAX_REPORTED = 10;

  private final Path file;
  private final PrintWriter err;
  private final List<Place> first = new ArrayList<>();
  private int count;

  /**
   * Creates the report.
   *
   * @param file the file, for messages
   * @param err receives the messages
   */
  UnusableLines(Path file, PrintWriter err) {
    this.file = file;
    this.err = err;
  }

  /**
   * Adds a line.
   *
   * @param place where it is in the file
   */
  void add(Place place, String reason) {
    count++;
    if (first.size() < MAX_REPORTED) {
      first.add(place);
      err.printf("%s, %s is left out: %s%n", file, place, reason);
    }
  }

  /** Reports the number of lines that were not reported one by one; called after the last line. */
  void finish() {
    if (count > first.size()) {
      err.printf("%s: and %d more lines%n", file, count - first.size());
    }
    err.flush();
  }

  /** The number of lines added. */
  int count() {
    return count;
  }

  /** The end of a message that says that the file contains nothing usable, with their places. */
  String summary() {
    if (count == 0) {
      return "; it is empty";
    }
    return "; no example in "
        + first.stream().map(String::valueOf).collect(Collectors.joining(", "))
        + (count > first.size() ? " and " + (count - first.size()) + " more" : "");
  }
}
