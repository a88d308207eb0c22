package io.sluice.local.console;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress bars with speed, on standard error, for commands that process many examples. */
public final class WorkBar {
  private static final int REDRAW_MILLIS = 1000;

  private WorkBar() {}

  /**
   * Shows a bar until it is closed.
   *
   * @param task the label of the bar
   * @param total number of examples
   */
  public static ProgressBar show(String task, long total) {
    return bar(task, total);
  }

  /**
   * Shows a bar for work of unknown length until it is closed.
   *
   * @param task the label of the bar
   */
  public static ProgressBar showOpen(String task) {
    return bar(task, -1);
  }

  private static ProgressBar bar(String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }
}
