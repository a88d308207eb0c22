package io.sluice.gpuworker.job;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.launch.RunFolder;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.dataset.FrozenDataset;
import io.sluice.schemas.validation.TrainingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on a job, from its dataset to the losses of all its arms. Runs that an earlier attempt
 * has completed are not repeated.
 *
 * @param topics reads the job's dataset and last report
 * @param setup what all jobs of the trainer have in common
 */
public record JobRun(JobTopics topics, JobSetup setup) {
  private static final String NO_MEMORY =
      "not enough memory: lower lora_rank, max_length or batch_size and fire the job again, or give"
          + " the trainer more (SLUICE_JAVA_OPTS=-Xmx...)";

  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);

  /**
   * Works on a job until it has an outcome, or until the control asks for a stop. Blocks, so it
   * must not be called on the Kafka thread.
   *
   * @return the outcome; a failure of the job is an outcome too
   * @throws ServiceFailure when the trainer itself cannot continue, for example without Kafka
   * @throws DeviceFailure when the trainer cannot use its device any more, also after a request to
   *     stop: the process has to end
   */
  public JobOutcome run(FineTuneJob job, JobControl control) {
    control.begin();
    try {
      return attempt(job, control);
    } catch (JobFailedException e) {
      return unlessStopped(control, e.getMessage());
    } catch (IOException e) {
      return unlessStopped(control, FileFailures.reason(e, setup.output()));
    } catch (InterruptedException e) {
      return unlessStopped(control, "the training was interrupted: fire the job again");
    } catch (ServiceFailure e) {
      if (control.stopReason().isPresent()) {
        return new JobOutcome.Stopped();
      }
      throw e;
    } catch (DeviceFailure e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      if (isOutOfMemory(e)) {
        return unlessStopped(control, NO_MEMORY);
      }
      if (control.stopReason().isEmpty()) {
        LOG.atError().addKeyValue("job", job.getJobId()).setCause(e).log("Training failed");
      }
      return unlessStopped(control, "the training failed: " + e);
    } finally {
      control.end();
      if (control.stopReason().equals(Optional.of(StopReason.CANCELLED))) {
        deleteUnfinished(job);
      }
    }
  }

  /** Failures of any kind may follow from a stop, which then is the outcome. */
  private static JobOutcome unlessStopped(JobControl control, String reason) {
    return control.stopReason().isPresent()
        ? new JobOutcome.Stopped()
        : new JobOutcome.Failed(reason);
  }

  private JobOutcome attempt(FineTuneJob job, JobControl control)
      throws JobFailedException, IOException, InterruptedException {
    Optional<FineTuneResult> last = topics.lastReport(job.getJobId());
    if (last.filter(JobRun::isEnd).isPresent()) {
      return new JobOutcome.PassedOver("it has ended already");
    }
    int number = last.map(report -> report.getAttempt() + 1).orElse(1);
    JobAttempt attempt =
        new JobAttempt(
            setup, control, number, last.map(FineTuneResult::getOutcomes).orElse(List.of()));
    attempt.setActivity("reading the dataset");
    if (number > setup.attempts()) {
      // A job that crashes the process, for example when memory runs out, must not crash one
      // trainer
      // after another.
      throw new JobFailedException(
          "taken %d times and never completed: see the trainers' logs for what ended them, then fire the job again"
              .formatted(setup.attempts()));
    }
    FrozenDataset dataset = dataset(job);
    requireTrainable(job);
    String detail = attempt.execute(dataset);
    return new JobOutcome.Finished(
        RunFolder.ofJob(setup.output(), job).toAbsolutePath().toString(), detail);
  }

  private static boolean isEnd(FineTuneResult report) {
    return report.getState() != FineTuneState.STARTED
        && report.getState() != FineTuneState.PROGRESS;
  }

  private FrozenDataset dataset(FineTuneJob job) throws JobFailedException, InterruptedException {
    try {
      RunFolder.requirePlainNames(job);
      return FrozenDataset.of(job, topics.dataset(job));
    } catch (IllegalArgumentException e) {
      throw new JobFailedException(e.getMessage() + "; fire a new job to train on the subset");
    }
  }

  /** An error on a computing thread is the cause of the exception that reaches this one. */
  private static boolean isOutOfMemory(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(OutOfMemoryError.class::isInstance);
  }

  /** No trainer will resume the runs of a cancelled job. */
  private void deleteUnfinished(FineTuneJob job) {
    try {
      RunFolder.clearUnfinished(setup.output(), job);
    } catch (IOException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("job", job.getJobId())
          .addKeyValue("reason", e.getMessage())
          .log("Files of a cancelled job could not be deleted");
    }
  }

  /** Checked before the base model is evaluated, since that can take long. */
  private void requireTrainable(FineTuneJob job) throws JobFailedException {
    setup.launchers().find(setup.launchers().nameFor(job.getLauncher()));
    List<String> problems = TrainingRules.hyperParameterProblems(job.getHyperParameters());
    if (!problems.isEmpty()) {
      throw new JobFailedException(String.join("; ", problems));
    }
    if (!Files.isDirectory(setup.model())) {
      throw new JobFailedException(
          "the model's folder "
              + setup.model()
              + " no longer exists: restore it, or set another model.dir");
    }
  }
}
