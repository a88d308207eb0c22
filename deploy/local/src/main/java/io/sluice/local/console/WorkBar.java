package io.sluice.local.console;

import java.time.Duration;
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
    return bar(task, 0, total);
  }

  /**
   * Shows a bar for work that is continued, until it is closed. The time left is estimated from
   * what is done from now on.
   *
   * @param task the label of the bar
   * @param done number of examples that were done before
   * @param total number of examples, with those
   */
  public static ProgressBar showFrom(String task, long done, long total) {
    return bar(task, done, total);
  }

  /**
   * Shows a bar for work of unknown length until it is closed.
   *
   * @param task the label of the bar
   */
  public static ProgressBar showOpen(String task) {
    return bar(task, 0, -1);
  }

  private static ProgressBar bar(String task, long done, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .startsFrom(done, Duration.ZERO)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .build();
  }
}
