package io.sluice.streams.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * All that is measured of an instance beside what Kafka Streams measures itself, under the names
 * that deploy/docs/metrics-streams.md lists. Used by any thread.
 */
final class ApiMetrics {
  private static final String TASK = "task";
  private static final String BUDGET = "budget";

  /** What tells the thousands of meters of single stores, processors and brokers. */
  private static final Set<String> TOO_MANY =
      Set.of("rocksdb.state.id", "in.memory.state.id", "processor.node.id", "node.id", "topic");

  private final MeterRegistry registry;

  /** Kept here, since a counter keeps nothing alive. */
  private final LongSupplier replacedThreads;

  private final Counter accepted;
  private final Counter rejected;
  private final Map<MultiGauge, ToDoubleFunction<TaskStatus>> ofTasks = new LinkedHashMap<>();
  private final Map<MultiGauge, ToDoubleFunction<TierStatus>> ofTiers = new LinkedHashMap<>();

  /**
   * Measures into a registry.
   *
   * @param running whether the instance works on all its partitions
   * @param replacedThreads stream threads replaced so far
   */
  ApiMetrics(MeterRegistry registry, BooleanSupplier running, LongSupplier replacedThreads) {
    this.registry = registry;
    this.replacedThreads = replacedThreads;
    Gauge.builder("sluice.streams.running", running, r -> r.getAsBoolean() ? 1 : 0)
        .description("1 while the instance works on all its partitions, else 0.")
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder(
            "sluice.streams.threads.replaced", this, m -> m.replacedThreads.getAsLong())
        .description("Stream threads that gave up on Kafka or the registry and were replaced.")
        .register(registry);
    accepted = candidates("accepted");
    rejected = candidates("rejected");
    ofTask("sluice.task.pool", "Candidates scored for the task.", TaskStatus::getPool);
    ofTask(
        "sluice.task.waiting",
        "Stored candidates still to be scored for the task.",
        TaskStatus::getWaiting);
    ofTask(
        "sluice.task.nominated",
        "Distinct candidates that the shards have nominated for the task.",
        TaskStatus::getNominated);
    ofTier(
        "sluice.task.tier.filled",
        "Candidates in the subset of the budget.",
        TierStatus::getFilled);
    ofTier("sluice.task.tier.jobs", "Fine-tune jobs fired for the budget.", TierStatus::getJobs);
    ofTier(
        "sluice.task.tier.turnover",
        "Share of the subset that the budget's last job did not train on; 1 when there was none.",
        TierStatus::getTurnover);
  }

  /**
   * Lets through what Kafka Streams measures of its instance, threads and tasks, and how far its
   * consumers are behind in each partition. Everything else is thousands of meters, which JMX has.
   */
  static MeterFilter ofKafka() {
    return MeterFilter.deny(
        id ->
            id.getName().startsWith("kafka.")
                && !id.getName().endsWith(".lag")
                && id.getTags().stream().anyMatch(tag -> TOO_MANY.contains(tag.getKey())));
  }

  /**
   * Counts an answered request.
   *
   * @param route the path with names in place of ids, so that there are few
   */
  void request(String method, String route, int status, Duration took) {
    Timer.builder("sluice.http.requests")
        .description("Answered requests and the time that they took.")
        .tag("method", method)
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(took);
  }

  /** Counts candidates that came in a request. */
  void candidates(long taken, long refused) {
    accepted.increment(taken);
    rejected.increment(refused);
  }

  /** Tells how far the tasks of this instance have come. */
  void tasks(Collection<TaskStatus> statuses) {
    ofTasks.forEach(
        (gauge, value) ->
            gauge.register(
                statuses.stream()
                    .map(s -> Row.of(Tags.of(TASK, s.getTaskId()), value.applyAsDouble(s)))
                    .toList(),
                true));
    ofTiers.forEach((gauge, value) -> gauge.register(tiers(statuses, value), true));
  }

  private static List<Row<?>> tiers(
      Collection<TaskStatus> statuses, ToDoubleFunction<TierStatus> value) {
    List<Row<?>> rows = new ArrayList<>();
    for (TaskStatus status : statuses) {
      for (TierStatus tier : status.getTiers()) {
        Tags tags = Tags.of(TASK, status.getTaskId(), BUDGET, Integer.toString(tier.getBudget()));
        rows.add(Row.of(tags, value.applyAsDouble(tier)));
      }
    }
    return rows;
  }

  private void ofTask(String name, String description, ToDoubleFunction<TaskStatus> value) {
    ofTasks.put(MultiGauge.builder(name).description(description).register(registry), value);
  }

  private void ofTier(String name, String description, ToDoubleFunction<TierStatus> value) {
    ofTiers.put(MultiGauge.builder(name).description(description).register(registry), value);
  }

  private Counter candidates(String outcome) {
    return Counter.builder("sluice.http.candidates")
        .description("Lines of candidates that came over HTTP.")
        .tag("outcome", outcome)
        .register(registry);
  }
}
