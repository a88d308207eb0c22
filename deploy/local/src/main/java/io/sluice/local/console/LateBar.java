package io.sluice.local.console;

import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;

/** A progress bar that appears only when the work takes longer than two seconds. Thread-safe. */
public final class LateBar implements AutoCloseable {
  private static final long DELAY_NANOS = 2_000_000_000L;

  private final String task;
  private final long total;
  private final long begin = System.nanoTime();
  private long done;
  private Optional<ProgressBar> bar = Optional.empty();

  /**
   * Starts to wait.
   *
   * @param task the label of the bar
   * @param total number of steps; -1 when it is not known
   */
  public LateBar(String task, long total) {
    this.task = task;
    this.total = total;
  }

  /** Adds steps done. */
  public synchronized void stepBy(long steps) {
    done += steps;
    if (bar.isEmpty() && System.nanoTime() - begin > DELAY_NANOS) {
      bar = Optional.of(total < 0 ? WorkBar.showOpen(task) : WorkBar.show(task, total));
    }
    bar.ifPresent(shown -> shown.stepTo(done));
  }

  @Override
  public synchronized void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
