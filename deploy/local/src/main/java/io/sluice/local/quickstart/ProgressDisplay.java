package io.sluice.local.quickstart;

import java.io.PrintWriter;

/** Shows people how far a quickstart has come. */
public sealed interface ProgressDisplay extends AutoCloseable permits ProgressBars, StatusLines {
  /**
   * Bars on a terminal, else lines.
   *
   * @param out where lines go
   */
  static ProgressDisplay onConsole(PrintWriter out) {
    return System.console() == null ? new StatusLines(out) : new ProgressBars(System.err);
  }

  /** What is being done before there is anything to count; stays until the next call. */
  void phase(String text);

  /** How far it is now. */
  void show(Progress progress);

  /**
   * Something worth telling that is no progress, such as a line that cannot be used. Any thread.
   */
  void tell(String message);

  /** Shows the last state and leaves the console to others; closing again has no effect. */
  @Override
  void close();
}
