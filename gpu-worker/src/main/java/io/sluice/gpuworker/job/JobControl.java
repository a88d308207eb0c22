package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.gpuworker.launch.RunControl;
import io.sluice.gpuworker.launch.Stop;
import io.sluice.schemas.TrainingProgress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the Kafka thread and the thread that works on a job tell each other: how far it has come,
 * which of its candidates are retracted, and that it is to stop.
 */
public final class JobControl implements RunControl {
  private Optional<Thread> worker = Optional.empty();
  private Optional<Stop> stop = Optional.empty();
  private Optional<JobProgress> progress = Optional.empty();
  private Optional<Steps> steps = Optional.empty();
  private Set<String> retracted = Set.of();

  /** Steps of a training run; losses since they were last asked for. */
  private record Steps(
      ArmRun run, int step, int of, double lossSum, int losses, double tokensPerSecond) {
    TrainingProgress progress() {
      return new TrainingProgress(
          run.arm(), run.seed(), step, of, losses == 0 ? 0 : lossSum / losses, tokensPerSecond);
    }

    Steps counted() {
      return new Steps(run, step, of, 0, 0, tokensPerSecond);
    }
  }

  /** Called by the thread that does the work, first of all. */
  public synchronized void begin() {
    worker = Optional.of(Thread.currentThread());
    if (stop.isPresent()) {
      Thread.currentThread().interrupt();
    }
  }

  /** Called by that thread last of all: it is not interrupted from then on. */
  public synchronized void end() {
    worker = Optional.empty();
    Thread.interrupted();
  }

  /** Asks for a stop and interrupts the work; the first reason counts. */
  public synchronized void stop(Stop reason) {
    if (stop.isEmpty()) {
      stop = Optional.of(reason);
      worker.ifPresent(Thread::interrupt);
    }
  }

  /** Tells which of the job's candidates are retracted by now. */
  public synchronized void retracted(List<String> candidateIds) {
    if (candidateIds.size() > retracted.size()) {
      retracted = Set.copyOf(candidateIds);
    }
  }

  /** The job's candidates that were retracted since it fired, as far as is known. */
  public synchronized Set<String> retracted() {
    return retracted;
  }

  /** Why to stop, if so. */
  @Override
  public synchronized Optional<Stop> stopped() {
    return stop;
  }

  /** Tells how far the job has come. */
  public synchronized void tell(JobProgress now) {
    progress = Optional.of(now);
    steps = Optional.empty();
  }

  /**
   * Tells of a step of the training run under way.
   *
   * @param loss mean of the step, in nats a token
   */
  @Override
  public synchronized void step(ArmRun run, int step, int of, double loss, double tokensPerSecond) {
    Steps before = steps.orElse(new Steps(run, 0, of, 0, 0, 0));
    steps =
        Optional.of(
            new Steps(
                run, step, of, before.lossSum() + loss, before.losses() + 1, tokensPerSecond));
  }

  /** How far the job has come; empty before an attempt has begun. */
  public synchronized Optional<JobProgress> progress() {
    return progress.map(
        now ->
            new JobProgress(
                now.attempt(), now.detail(), steps.map(Steps::progress), now.outcomes()));
  }

  /** What was told is reported: the mean of the losses begins anew. */
  public synchronized void reported() {
    steps = steps.map(Steps::counted);
  }
}
