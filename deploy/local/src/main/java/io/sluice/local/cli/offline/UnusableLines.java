package io.sluice.local.cli.offline;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tells of a file's lines that are no examples: of the first few each, of the others how many. */
final class UnusableLines {
  private static final int TOLD = 10;

  private final Path file;
  private final PrintWriter err;
  private final List<Long> first = new ArrayList<>();
  private int count;

  /** Of a file. */
  UnusableLines(Path file, PrintWriter err) {
    this.file = file;
    this.err = err;
  }

  /** One more; lines are counted from 1. */
  void add(long line, String reason) {
    count++;
    if (first.size() < TOLD) {
      first.add(line);
      err.printf("%s, line %d is left out: %s%n", file, line, reason);
    }
  }

  /** There are no more. */
  void end() {
    if (count > first.size()) {
      err.printf("%s: and %d more lines%n", file, count - first.size());
    }
    err.flush();
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** For the end of a message that says that no line of the file can be used. */
  String summary() {
    if (count == 0) {
      return "; it is empty";
    }
    return "; no example in "
        + (count == 1 ? "line " : "lines ")
        + first.stream().map(String::valueOf).collect(Collectors.joining(", "))
        + (count > first.size() ? " and " + (count - first.size()) + " more" : "");
  }
}
