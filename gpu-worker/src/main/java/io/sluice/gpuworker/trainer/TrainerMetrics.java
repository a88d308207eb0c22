package io.sluice.gpuworker.trainer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.gpuworker.job.JobProgress;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.TrainingProgress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;

/**
 * A trainer's metrics, under the names that deploy/docs/metrics-trainer.md lists. The Kafka thread
 * updates them; any thread may read them.
 */
final class TrainerMetrics {
  private static final String PASSED_OVER = "passed_over";

  private final AtomicReference<Optional<JobProgress>> progress =
      new AtomicReference<>(Optional.empty());
  private final Map<String, Counter> ended = new TreeMap<>();
  private final Counter deadLetters;

  TrainerMetrics(MeterRegistry registry) {
    for (String outcome : List.of("finished", "failed", "cancelled", PASSED_OVER)) {
      ended.put(
          outcome,
          Counter.builder("sluice.trainer.jobs")
              .description("Jobs that this trainer is done with, by outcome.")
              .tag("outcome", outcome)
              .register(registry));
    }
    deadLetters =
        Counter.builder("sluice.trainer.dead.letters")
            .description("Records of jobs that became dead letters.")
            .register(registry);
    gauge(registry, "sluice.trainer.busy", "1 while the trainer has a job, else 0.", job -> 1);
    gauge(
        registry,
        "sluice.trainer.outcomes",
        "Arms and seeds of the current job that are done.",
        job -> job.outcomes().size());
    gauge(
        registry,
        "sluice.trainer.step",
        "Steps of the current training run that are done.",
        job -> of(job, TrainingProgress::getStep));
    gauge(
        registry,
        "sluice.trainer.steps",
        "Steps of the current training run in total.",
        job -> of(job, TrainingProgress::getSteps));
    gauge(
        registry,
        "sluice.trainer.loss",
        "Mean training loss since the last report, in nats per token.",
        job -> of(job, TrainingProgress::getLoss));
    gauge(
        registry,
        "sluice.trainer.tokens.per.second",
        "Tokens trained on per second.",
        job -> of(job, TrainingProgress::getTokensPerSecond));
  }

  /** Sets the progress of the current job; empty when there is none. */
  void setProgress(Optional<JobProgress> progress) {
    this.progress.set(progress);
  }

  /** The progress that was set last. */
  Optional<JobProgress> progress() {
    return progress.get();
  }

  /** Counts a job that has ended. */
  void countEnded(FineTuneState state) {
    ended.get(state.name().toLowerCase(Locale.ROOT)).increment();
  }

  /** Counts a job on which no work was needed. */
  void countPassedOver() {
    ended.get(PASSED_OVER).increment();
  }

  /** Counts a record that became a dead letter. */
  void countDeadLetter() {
    deadLetters.increment();
  }

  private static double of(JobProgress job, ToDoubleFunction<TrainingProgress> value) {
    return job.training().map(value::applyAsDouble).orElse(0.0);
  }

  private void gauge(
      MeterRegistry registry, String name, String what, ToDoubleFunction<JobProgress> value) {
    Gauge.builder(name, progress, job -> job.get().map(value::applyAsDouble).orElse(0.0))
        .description(what)
        .register(registry);
  }
}
