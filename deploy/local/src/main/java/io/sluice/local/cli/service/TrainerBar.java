package io.sluice.local.cli.service;

import io.sluice.gpuworker.trainer.TrainerStatus;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of a trainer's current training run on standard error, for a user who watches
 * the trainer in a terminal. Updated once per second by a thread of this class.
 */
final class TrainerBar implements AutoCloseable {
  private static final int EVERY_MILLIS = 1000;
  private static final int WIDTH = 100;

  private final Supplier<Optional<TrainerStatus>> status;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(TrainerBar::thread);
  private Optional<Run> shown = Optional.empty();

  /** The run that is shown, and its progress bar. */
  private record Run(String doing, ProgressBar bar) {}

  /**
   * Creates a bar that is not shown yet.
   *
   * @param status reports the current run; empty while there is none
   */
  TrainerBar(Supplier<Optional<TrainerStatus>> status) {
    this.status = status;
  }

  /** Starts to show the progress. */
  void start() {
    clock.scheduleWithFixedDelay(this::show, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void show() {
    Optional<TrainerStatus> now = status.get().filter(run -> run.steps() > 0);
    shown
        .filter(run -> now.filter(other -> other.doing().equals(run.doing())).isEmpty())
        .ifPresent(run -> end());
    now.ifPresent(
        run -> {
          if (shown.isEmpty()) {
            shown = Optional.of(new Run(run.doing(), bar(run)));
          }
          ProgressBar bar = shown.get().bar();
          bar.stepTo(run.step());
          bar.setExtraMessage(
              String.format(
                  Locale.ROOT, "loss %.4f, %.0f tokens/s", run.loss(), run.tokensPerSecond()));
        });
  }

  /** The cursor returns to the start of the line, so that the next log message replaces the bar. */
  private static ProgressBar bar(TrainerStatus run) {
    return new ProgressBarBuilder()
        .setTaskName(run.doing())
        .setInitialMax(run.steps())
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(EVERY_MILLIS)
        .setConsumer(
            new DelegatingProgressBarConsumer(line -> System.err.print("\r" + line + "\r"), WIDTH))
        .build();
  }

  private void end() {
    shown.ifPresent(run -> run.bar().close());
    shown = Optional.empty();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "sluice-trainer-bar");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    end();
  }
}
