package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;
import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TrainingProgress;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs how far a job has come, as often as it is reported. */
final class ProgressLines {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLines.class);

  private ProgressLines() {}

  static void log(FineTuneJob job, JobProgress progress) {
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("job", job.getJobId())
            .addKeyValue("attempt", progress.attempt())
            .addKeyValue("done", progress.outcomes().size() + "/" + ArmRun.of(job).size())
            .addKeyValue("doing", progress.detail());
    if (progress.training().isPresent()) {
      TrainingProgress training = progress.training().get();
      line =
          line.addKeyValue("step", training.getStep() + "/" + training.getSteps())
              .addKeyValue("loss", String.format(Locale.ROOT, "%.4f", training.getLoss()))
              .addKeyValue(
                  "tokensPerSecond",
                  String.format(Locale.ROOT, "%.0f", training.getTokensPerSecond()));
    }
    line.log("Job progress");
  }
}
