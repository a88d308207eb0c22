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

/** A trainer's run under way, on standard error, for whoever sits before it. */
final class TrainerBar implements AutoCloseable {
  private static final int EVERY_MILLIS = 1000;
  private static final int WIDTH = 100;

  private final Supplier<Optional<TrainerStatus>> status;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(TrainerBar::thread);
  private Optional<Run> shown = Optional.empty();

  /** A bar and what it stands for. */
  private record Run(String doing, ProgressBar bar) {}

  /**
   * A bar of what a trainer says.
   *
   * @param status empty while there is no job
   */
  TrainerBar(Supplier<Optional<TrainerStatus>> status) {
    this.status = status;
  }

  /** Shows it once a second from now on. */
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

  /** The cursor goes back after the bar, so that a line of the log takes its place. */
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
