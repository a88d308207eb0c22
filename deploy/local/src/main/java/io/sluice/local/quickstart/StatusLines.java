package io.sluice.local.quickstart;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Shows progress where there is no terminal: one line per phase, and one every 1.5 seconds, which a
 * daemon thread prints.
 */
final class StatusLines implements ProgressDisplay {
  private static final long EVERY_MILLIS = 1_500;

  private final PrintWriter out;
  private final long started = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "status-lines");
            thread.setDaemon(true);
            return thread;
          });
  private volatile String state = "starting";

  StatusLines(PrintWriter out) {
    this.out = out;
    clock.scheduleAtFixedRate(
        () -> print(state), EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void phase(String text) {
    state = text;
    print(text);
  }

  @Override
  public void show(Progress progress) {
    state = line(progress);
  }

  @Override
  public void message(String text) {
    print(text);
  }

  @Override
  public void close() {
    if (!clock.isShutdown()) {
      clock.shutdown();
      print(state);
    }
  }

  private void print(String text) {
    double seconds = Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0;
    synchronized (out) {
      out.printf("%6.1f s  %s%n", seconds, text);
      out.flush();
    }
  }

  private static String line(Progress progress) {
    String tiers =
        progress.tasks().stream()
            .map(
                task ->
                    task.task()
                        + " "
                        + task.tiers().stream()
                            .map(TierFill::toString)
                            .collect(Collectors.joining(" ")))
            .collect(Collectors.joining("; "));
    String letters =
        progress.deadLetters() == 0 ? "" : ", %d dead letters".formatted(progress.deadLetters());
    return "candidates in %d%s, represented %d (%.0f/s), scored %d%s | %s"
        .formatted(
            progress.sent(),
            progress.allSent() ? "" : "...",
            progress.represented(),
            progress.perSecond(),
            progress.scored(),
            letters,
            tiers);
  }
}
