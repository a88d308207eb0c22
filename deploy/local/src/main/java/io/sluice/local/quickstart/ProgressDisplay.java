package io.sluice.local.quickstart;

import java.io.PrintWriter;

/** Shows the progress of a quickstart. One thread uses it, apart from {@link #message}. */
public sealed interface ProgressDisplay extends AutoCloseable permits ProgressBars, StatusLines {
  /**
   * Returns a display with bars on a terminal, and with lines where there is no terminal.
   *
   * @param out where lines are printed
   */
  static ProgressDisplay onConsole(PrintWriter out) {
    return System.console() == null ? new StatusLines(out) : new ProgressBars(System.err);
  }

  /** Shows what is being done when there is nothing to count yet; stays until the next call. */
  void phase(String text);

  /** Shows the current progress. */
  void show(Progress progress);

  /** Shows a message, for example about a line that cannot be used. May be called by any thread. */
  void message(String text);

  /** Shows the last state and stops using the console. Closing again has no effect. */
  @Override
  void close();
}
