package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.job.JobProgress;
import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TrainingProgress;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs the progress of a job. The caller decides how often. */
final class JobProgressLog {
  private static final Logger LOG = LoggerFactory.getLogger(JobProgressLog.class);

  private JobProgressLog() {}

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
