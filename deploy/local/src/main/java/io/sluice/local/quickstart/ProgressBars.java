package io.sluice.local.quickstart;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows progress on a terminal: a bar for each step, and one for the largest tier of each task. */
final class ProgressBars implements ProgressDisplay {
  private static final int REDRAW_MILLIS = 200;
  private static final long UNKNOWN = -1;
  private static final long PERCENT = 100;

  private final PrintStream out;
  private final Map<String, ProgressBar> bars = new HashMap<>();
  private final List<String> messages = new ArrayList<>();
  private Optional<ProgressBar> phase = Optional.empty();

  ProgressBars(PrintStream out) {
    this.out = out;
  }

  @Override
  public void phase(String text) {
    phase.ifPresent(ProgressBar::close);
    phase = Optional.of(bar(text, UNKNOWN));
  }

  @Override
  public void show(Progress progress) {
    phase.ifPresent(ProgressBar::close);
    phase = Optional.empty();
    long all = progress.allSent() ? progress.sent() : UNKNOWN;
    step("candidates in", progress.sent(), all);
    step("represented", progress.represented(), all)
        .setExtraMessage("%.0f/s".formatted(progress.perSecond()));
    step("scored", progress.scored(), all);
    for (Progress.TaskProgress task : progress.tasks()) {
      TierFill largest = task.tiers().get(task.tiers().size() - 1);
      step("tiers of " + task.task(), (long) (PERCENT * largest.share()), PERCENT)
          .setExtraMessage(
              task.tiers().stream().map(TierFill::toString).collect(Collectors.joining(" ")));
    }
  }

  /** Keeps the message until the bars are closed, because printing would disturb them. */
  @Override
  public synchronized void message(String text) {
    messages.add(text);
  }

  @Override
  public synchronized void close() {
    phase.ifPresent(ProgressBar::close);
    bars.values().forEach(ProgressBar::close);
    bars.clear();
    messages.forEach(out::println);
    messages.clear();
  }

  private ProgressBar step(String name, long done, long all) {
    return bars.computeIfAbsent(name, key -> bar(key, all)).maxHint(all).stepTo(done);
  }

  private static ProgressBar bar(String name, long all) {
    return new ProgressBarBuilder()
        .setTaskName("%-20s".formatted(name))
        .setInitialMax(all)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .continuousUpdate()
        .build();
  }
}
