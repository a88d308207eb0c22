package io.sluice.local.cli.offline;

import io.sluice.gpuworker.finetune.StepProgress;
import io.sluice.gpuworker.finetune.TrainingListener;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress bar of a training run on standard error: its steps, loss and speed. */
final class TrainingBar implements TrainingListener, AutoCloseable {
  private static final int REDRAW_MILLIS = 1000;

  private final ProgressBar bar =
      new ProgressBarBuilder()
          .setTaskName("Trained")
          .setInitialMax(-1)
          .setStyle(ProgressBarStyle.ASCII)
          .setUpdateIntervalMillis(REDRAW_MILLIS)
          .setConsumer(new ConsoleProgressBarConsumer(System.err))
          .build();

  @Override
  public void progress(StepProgress progress) {
    bar.maxHint(progress.steps());
    bar.stepTo(progress.last().step());
    bar.setExtraMessage(
        String.format(
            Locale.ROOT,
            "steps, loss %.4f, %.0f tokens/s",
            progress.last().loss(),
            progress.tokensPerSecond()));
  }

  @Override
  public void close() {
    bar.close();
  }
}
