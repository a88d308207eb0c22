package io.sluice.gpuworker.job;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.gpuworker.launch.RunControl;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.schemas.TrainingLoss;
import io.sluice.schemas.TrainingProgress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The state that the Kafka thread shares with the thread that works on a job. The Kafka thread sets
 * which candidates are retracted and asks for a stop; the other thread sets the progress.
 * Thread-safe.
 */
public final class JobControl implements RunControl {
  private Optional<Thread> worker = Optional.empty();
  private Optional<StopReason> stop = Optional.empty();
  private Optional<JobProgress> progress = Optional.empty();
  private Optional<Steps> steps = Optional.empty();

  /** The steps for the next report, if the progress that was read last becomes a report. */
  private Optional<Steps> nextSteps = Optional.empty();

  private Optional<Curve> curve = Optional.empty();
  private Set<String> retracted = Set.of();
  private String log = "";

  /** The losses of the training run that was worked on last. */
  private record Curve(ArmRun run, TrainingCurve losses) {}

  /**
   * The last step of the current training run, the losses since the last report, and their mean in
   * that one, which stands for them until a further step is done.
   */
  private record Steps(
      ArmRun run,
      int step,
      int of,
      double lossSum,
      int losses,
      double reported,
      double tokensPerSecond) {
    TrainingProgress progress() {
      return new TrainingProgress(
          run.arm().kind(), run.seed(), step, of, loss(), tokensPerSecond, run.arm().name());
    }

    private double loss() {
      return losses == 0 ? reported : lossSum / losses;
    }

    Steps plus(ArmRun ofRun, int last, int steps, double loss, double speed) {
      return new Steps(ofRun, last, steps, lossSum + loss, losses + 1, reported, speed);
    }

    Steps withoutLosses() {
      return new Steps(run, step, of, 0, 0, loss(), tokensPerSecond);
    }
  }

  /** Registers the calling thread as the one to interrupt for a stop; call it before the work. */
  synchronized void begin() {
    worker = Optional.of(Thread.currentThread());
    if (stop.isPresent()) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Clears the calling thread's interrupt flag and guarantees that it is not interrupted any more;
   * call it after the work.
   */
  synchronized void end() {
    worker = Optional.empty();
    Thread.interrupted();
  }

  /** Asks for a stop and interrupts the work. The reason of the first call counts. */
  public synchronized void stop(StopReason reason) {
    if (stop.isEmpty()) {
      stop = Optional.of(reason);
      worker.ifPresent(Thread::interrupt);
    }
  }

  /**
   * Sets which of the job's candidates have been retracted since it fired. Retractions only ever
   * add up, so a shorter list than before is ignored.
   */
  public synchronized void setRetracted(List<String> candidateIds) {
    if (candidateIds.size() > retracted.size()) {
      retracted = Set.copyOf(candidateIds);
    }
  }

  /** The job's candidates that are known to have been retracted since it fired. */
  synchronized Set<String> retracted() {
    return retracted;
  }

  @Override
  public synchronized Optional<StopReason> stopReason() {
    return stop;
  }

  /** Sets the job's progress, which begins a new activity: earlier steps are forgotten. */
  public synchronized void setProgress(JobProgress now) {
    progress = Optional.of(now);
    steps = Optional.empty();
    nextSteps = Optional.empty();
  }

  @Override
  public synchronized void step(ArmRun run, int step, int of, double loss, double tokensPerSecond) {
    Steps none = new Steps(run, 0, of, 0, 0, 0, 0);
    steps = Optional.of(steps.orElse(none).plus(run, step, of, loss, tokensPerSecond));
    nextSteps = Optional.of(nextSteps.orElse(none).plus(run, step, of, loss, tokensPerSecond));
    Curve ofRun =
        curve
            .filter(it -> it.run().equals(run))
            .orElseGet(() -> new Curve(run, new TrainingCurve()));
    ofRun.losses().add(step, loss);
    curve = Optional.of(ofRun);
  }

  /** The losses while training of the run that was worked on last; of any other run none. */
  synchronized List<TrainingLoss> trainingLosses(ArmRun run) {
    return curve
        .filter(it -> it.run().equals(run))
        .map(it -> it.losses().points())
        .orElse(List.of());
  }

  @Override
  public synchronized void output(String end) {
    log = end;
  }

  /** The job's progress with that of its current training run; empty before an attempt begins. */
  public synchronized Optional<JobProgress> progress() {
    nextSteps = steps.map(Steps::withoutLosses);
    return progress.map(
        now ->
            new JobProgress(
                now.attempt(), now.detail(), steps.map(Steps::progress), now.outcomes(), log));
  }

  /**
   * Restarts the mean of the losses, because the progress that was read last has been reported. The
   * losses of steps that were done meanwhile count for the next report.
   */
  public synchronized void startNextReport() {
    steps = nextSteps;
  }
}
