package io.sluice.gpuworker.worker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.device.DeviceFaults;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A worker's metrics, under the names that deploy/docs/metrics-worker.md lists. Thread-safe. */
final class WorkerMetrics {
  private static final String EXAMPLES = "sluice.worker.examples";
  private static final String EXAMPLES_ARE = "Examples whose representation is published.";
  private static final String TOKENS = "sluice.worker.tokens";
  private static final String TOKENS_ARE =
      "Tokens of those examples, after cutting to the length limit.";
  private static final String ROLE = "role";
  private static final String CANDIDATE = "candidate";
  private static final String QUERY = "query";
  private static final String DEVICE = "device";

  private final MeterRegistry registry;
  private final ExampleRate rate;
  private final Counter candidatesSeen;
  private final Counter candidates;
  private final Counter candidateTokens;
  private final Counter queries;
  private final Counter queryTokens;
  private final Counter retractions;
  private final Counter tasks;
  private final DistributionSummary batchFill;
  private final Map<Step, Timer> steps;
  private final Map<Fault, Counter> deadLetters;
  private final Map<String, AtomicLong> lags = new ConcurrentHashMap<>();

  /** The steps of a batch, whose times are measured. */
  enum Step {
    /** Decoding records and checking that they keep the contract. */
    DECODE,
    /** Computing vectors. */
    REPRESENT,
    /** Creating records from the vectors. */
    ENCODE,
    /** Sending records, and waiting until the brokers have acknowledged all of them. */
    PUBLISH,
    /** Committing offsets. */
    COMMIT
  }

  /**
   * Registers the metrics.
   *
   * @param nanoTime a clock in nanoseconds, of any origin
   */
  WorkerMetrics(MeterRegistry registry, LongSupplier nanoTime) {
    this.registry = registry;
    rate = new ExampleRate(nanoTime);
    candidatesSeen =
        counter(
            "sluice.worker.candidates.seen",
            "Records of the candidates topic that were decoded, whatever the verdict.");
    candidates = counter(EXAMPLES, EXAMPLES_ARE, ROLE, CANDIDATE);
    queries = counter(EXAMPLES, EXAMPLES_ARE, ROLE, QUERY);
    candidateTokens = counter(TOKENS, TOKENS_ARE, ROLE, CANDIDATE);
    queryTokens = counter(TOKENS, TOKENS_ARE, ROLE, QUERY);
    retractions = counter("sluice.worker.retractions", "Candidates whose retraction is published.");
    tasks = counter("sluice.worker.tasks", "Task revisions whose queries are all published.");
    batchFill =
        DistributionSummary.builder("sluice.worker.batch.fill")
            .description("Records of a batch, as a share of batch.records.")
            .register(registry);
    steps = each(Step.class, this::timer);
    deadLetters = each(Fault.class, this::deadLetters);
  }

  /** Reports the errors of devices. */
  void observe(List<DeviceFaults> devices) {
    for (DeviceFaults faults : devices) {
      for (DeviceFault fault : DeviceFault.values()) {
        FunctionCounter.builder("sluice.worker.device.faults", faults, of -> of.of(fault))
            .description("Errors of a device, by kind; gpu.md says what follows from each.")
            .tags(DEVICE, faults.device(), "fault", fault.label())
            .register(registry);
      }
      FunctionCounter.builder("sluice.worker.device.restarts", faults, DeviceFaults::restarts)
          .description("How often the model was loaded anew onto a device after an error.")
          .tag(DEVICE, faults.device())
          .register(registry);
    }
  }

  /** Counts candidates that are about to be decoded. */
  void countCandidatesSeen(int records) {
    candidatesSeen.increment(records);
  }

  /** Records the size of a batch as a share of the largest batch, from 0 to 1. */
  void recordBatch(double fill) {
    batchFill.record(fill);
  }

  /** Counts the examples, tasks or retractions that were published for a verdict. */
  void countPublished(Verdict.Publish verdict) {
    switch (verdict.meaning()) {
      case REPRESENTED -> {
        candidates.increment();
        candidateTokens.increment(verdict.tokens());
        rate.add(1);
      }
      case TASK_REPRESENTED -> {
        tasks.increment();
        queries.increment(verdict.representations());
        queryTokens.increment(verdict.tokens());
        rate.add(verdict.representations());
      }
      case RETRACTED -> retractions.increment();
      case TASK_PASSED -> {}
    }
  }

  /** Counts a dead letter by the kind of its reason. */
  void countDeadLetter(Fault fault) {
    deadLetters.get(fault).increment();
  }

  /** Runs a step of the work and measures its time, also when it fails. */
  <T> T time(Step step, Supplier<T> work) {
    return steps.get(step).record(work);
  }

  /** Runs a step of the work and measures its time, also when it fails. */
  void time(Step step, Runnable work) {
    steps.get(step).record(work);
  }

  /** Sets how many records of a topic's partitions have no published result yet. */
  void setLag(String topic, long records) {
    lags.computeIfAbsent(topic, this::lagGauge).set(records);
  }

  /** The counts so far. */
  WorkerProgress progress() {
    return new WorkerProgress(
        (long) candidatesSeen.count(),
        (long) candidates.count(),
        (long) deadLetters.values().stream().mapToDouble(Counter::count).sum(),
        (long) retractions.count(),
        (long) tasks.count(),
        rate.perSecond());
  }

  private Counter counter(String name, String description, String... labels) {
    return Counter.builder(name).description(description).tags(labels).register(registry);
  }

  private Timer timer(Step step) {
    return Timer.builder("sluice.worker.step")
        .description("Time of the steps of a batch.")
        .tag("step", label(step))
        .register(registry);
  }

  private Counter deadLetters(Fault fault) {
    return counter(
        "sluice.worker.dead.letters",
        "Records of candidates and tasks that became dead letters.",
        "fault",
        label(fault));
  }

  private AtomicLong lagGauge(String topic) {
    AtomicLong records = new AtomicLong();
    Gauge.builder("sluice.worker.lag", records, AtomicLong::doubleValue)
        .description("Records of this worker's partitions that have no published result yet.")
        .tag("topic", topic)
        .strongReference(true)
        .register(registry);
    return records;
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>, M> Map<E, M> each(Class<E> type, Function<E, M> meter) {
    Map<E, M> meters = new EnumMap<>(type);
    for (E value : type.getEnumConstants()) {
      meters.put(value, meter.apply(value));
    }
    return meters;
  }
}
