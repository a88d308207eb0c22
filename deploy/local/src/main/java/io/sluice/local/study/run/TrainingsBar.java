package io.sluice.local.study.run;

import io.sluice.local.console.WorkBar;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;

/** The progress bar of all trainings of a study. Used by one thread. */
final class TrainingsBar implements StudyTrainings.Display, AutoCloseable {
  private Optional<ProgressBar> bar = Optional.empty();

  @Override
  public void begin(long total, long done) {
    bar = Optional.of(WorkBar.showFrom("Trained", done, total));
  }

  @Override
  public void show(long done, String cell) {
    bar.ifPresent(shown -> shown.stepTo(done).setExtraMessage(" " + cell));
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
