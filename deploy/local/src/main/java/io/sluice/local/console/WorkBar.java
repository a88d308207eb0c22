package io.sluice.local.console;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress bar of the offline commands, on standard error. */
public final class WorkBar {
  private static final int REDRAW_MILLIS = 1000;

  private WorkBar() {}

  /**
   * Shows a bar until it is closed.
   *
   * @param task what is being done
   * @param total how many examples
   */
  public static ProgressBar show(String task, long total) {
    return bar(task, total);
  }

  /**
   * Shows a bar without an end until it is closed.
   *
   * @param task what is being done
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
