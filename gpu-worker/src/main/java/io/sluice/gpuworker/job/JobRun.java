package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.launch.RunFolder;
import io.sluice.gpuworker.launch.Stop;
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
 * The work on a job, from its dataset to the losses of all its arms. What an earlier attempt has
 * done is not done again. Blocks: not for the Kafka thread.
 *
 * @param topics what Kafka holds of jobs
 * @param setup what it works with
 */
public record JobRun(JobTopics topics, JobSetup setup) {
  private static final String NO_MEMORY =
      "not enough memory: lower lora_rank, max_length or batch_size and fire the job again, or give"
          + " the trainer more (SLUICE_JAVA_OPTS=-Xmx...)";

  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);

  /**
   * Works a job off, or stops when the control asks for that; never throws for the job's own
   * failures.
   */
  public Ending run(FineTuneJob job, JobControl control) {
    control.begin();
    try {
      return attempt(job, control);
    } catch (JobFailedException e) {
      return unlessStopped(control, e.getMessage());
    } catch (IOException e) {
      return unlessStopped(control, FileTrouble.reason(e, setup.output()));
    } catch (InterruptedException e) {
      return unlessStopped(control, "the training was interrupted: fire the job again");
    } catch (ServiceFailure e) {
      if (control.stopped().isPresent()) {
        return new Ending.Stopped();
      }
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      if (isForMemory(e)) {
        return unlessStopped(control, NO_MEMORY);
      }
      if (control.stopped().isEmpty()) {
        LOG.atError().addKeyValue("job", job.getJobId()).setCause(e).log("Training broke off");
      }
      return unlessStopped(control, "the training broke off: " + e);
    } finally {
      control.end();
      if (control.stopped().equals(Optional.of(Stop.CANCELLED))) {
        clear(job);
      }
    }
  }

  /** Being stopped makes all kinds of things fail. */
  private static Ending unlessStopped(JobControl control, String reason) {
    return control.stopped().isPresent() ? new Ending.Stopped() : new Ending.Failed(reason);
  }

  private Ending attempt(FineTuneJob job, JobControl control)
      throws JobFailedException, IOException, InterruptedException {
    Optional<FineTuneResult> last = topics.lastReport(job.getJobId());
    if (last.filter(JobRun::isEnd).isPresent()) {
      return new Ending.PassedOver("it has ended already");
    }
    int number = last.map(report -> report.getAttempt() + 1).orElse(1);
    JobAttempt attempt =
        new JobAttempt(
            setup, control, number, last.map(FineTuneResult::getOutcomes).orElse(List.of()));
    attempt.tell("reading the dataset");
    if (number > setup.attempts()) {
      // A job that ends the process, for want of memory say, would end one trainer after another.
      throw new JobFailedException(
          "taken %d times and never worked off: see the trainers' logs for what ended them, then fire the job again"
              .formatted(setup.attempts()));
    }
    FrozenDataset dataset = dataset(job);
    requireUsable(job);
    String detail = attempt.workOff(dataset);
    return new Ending.Finished(
        RunFolder.ofJob(setup.output(), job).toAbsolutePath().toString(), detail);
  }

  private static boolean isEnd(FineTuneResult report) {
    return report.getState() != FineTuneState.STARTED
        && report.getState() != FineTuneState.PROGRESS;
  }

  private FrozenDataset dataset(FineTuneJob job) throws JobFailedException, InterruptedException {
    try {
      RunFolder.ofJob(setup.output(), job);
      return FrozenDataset.of(job, topics.dataset(job));
    } catch (IllegalArgumentException e) {
      throw new JobFailedException(e.getMessage() + "; fire a new job to train on the subset");
    }
  }

  /** Threads that compute hand on as a cause what they failed of. */
  private static boolean isForMemory(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(OutOfMemoryError.class::isInstance);
  }

  /** Nobody goes on with what is cancelled. */
  private void clear(FineTuneJob job) {
    try {
      RunFolder.clearUnfinished(setup.output(), job);
    } catch (IOException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("job", job.getJobId())
          .addKeyValue("reason", e.getMessage())
          .log("Files of a cancelled job stay");
    }
  }

  /** Said before the base model is evaluated, which can take long. */
  private void requireUsable(FineTuneJob job) throws JobFailedException {
    setup.launchers().find(setup.launchers().nameFor(job.getLauncher()));
    List<String> problems = TrainingRules.hyperParameterProblems(job.getHyperParameters());
    if (!problems.isEmpty()) {
      throw new JobFailedException(String.join("; ", problems));
    }
    if (!Files.isDirectory(setup.model())) {
      throw new JobFailedException(
          "the model's folder "
              + setup.model()
              + " is gone: put it back, or set another model.dir");
    }
  }
}
