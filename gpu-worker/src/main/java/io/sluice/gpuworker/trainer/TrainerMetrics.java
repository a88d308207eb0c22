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
 * What is measured of a trainer's work, under the names that deploy/docs/metrics-trainer.md lists.
 */
final class TrainerMetrics {
  private static final String PASSED_OVER = "passed_over";

  private final AtomicReference<Optional<JobProgress>> now =
      new AtomicReference<>(Optional.empty());
  private final Map<String, Counter> ended = new TreeMap<>();

  /** Measures into a registry. */
  TrainerMetrics(MeterRegistry registry) {
    for (String outcome : List.of("finished", "failed", "cancelled", PASSED_OVER)) {
      ended.put(
          outcome,
          Counter.builder("sluice.trainer.jobs")
              .description("Jobs that are through, by how they ended here.")
              .tag("outcome", outcome)
              .register(registry));
    }
    gauge(registry, "sluice.trainer.busy", "1 while a job is in hand, else 0.", job -> 1);
    gauge(
        registry,
        "sluice.trainer.outcomes",
        "Arms and seeds of the job in hand that are done.",
        job -> job.outcomes().size());
    gauge(
        registry,
        "sluice.trainer.step",
        "Steps done of the training run under way.",
        job -> of(job, TrainingProgress::getStep));
    gauge(
        registry,
        "sluice.trainer.steps",
        "Steps that the training run under way has.",
        job -> of(job, TrainingProgress::getSteps));
    gauge(
        registry,
        "sluice.trainer.loss",
        "Mean training loss since the last report, in nats a token.",
        job -> of(job, TrainingProgress::getLoss));
    gauge(
        registry,
        "sluice.trainer.tokens.per.second",
        "Tokens trained on a second.",
        job -> of(job, TrainingProgress::getTokensPerSecond));
  }

  /** Told at each turn how the job in hand is; nothing when there is none. */
  void turn(Optional<JobProgress> progress) {
    now.set(progress);
  }

  /** What was told last. */
  Optional<JobProgress> now() {
    return now.get();
  }

  /** Counts a job that has ended. */
  void ended(FineTuneState state) {
    ended.get(state.name().toLowerCase(Locale.ROOT)).increment();
  }

  /** Counts a job that there was nothing to do for. */
  void passedOver() {
    ended.get(PASSED_OVER).increment();
  }

  private static double of(JobProgress job, ToDoubleFunction<TrainingProgress> value) {
    return job.training().map(value::applyAsDouble).orElse(0.0);
  }

  private void gauge(
      MeterRegistry registry, String name, String what, ToDoubleFunction<JobProgress> value) {
    Gauge.builder(name, now, job -> job.get().map(value::applyAsDouble).orElse(0.0))
        .description(what)
        .register(registry);
  }
}
