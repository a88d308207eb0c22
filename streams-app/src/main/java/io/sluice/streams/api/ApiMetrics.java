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
import java.util.stream.Stream;

/**
 * The metrics of one instance, apart from those of Kafka Streams itself. The page
 * deploy/docs/metrics-streams.md lists them. Any thread may use it.
 */
final class ApiMetrics {
  private static final String TASK = "task";
  private static final String BUDGET = "budget";
  private static final String REASON = "reason";

  /**
   * Tags of the meters of single stores, processors, brokers and topics, of which there are
   * thousands.
   */
  private static final Set<String> FINE_GRAINED_TAGS =
      Set.of("rocksdb.state.id", "in.memory.state.id", "processor.node.id", "node.id", "topic");

  private final MeterRegistry registry;

  /** The counter references this object weakly, and so keeps neither it nor the supplier alive. */
  private final LongSupplier replacedThreads;

  private final Counter accepted;
  private final Counter rejected;
  private final Map<MultiGauge, ToDoubleFunction<TaskStatus>> taskGauges = new LinkedHashMap<>();
  private final Map<MultiGauge, ToDoubleFunction<TierStatus>> tierGauges = new LinkedHashMap<>();
  private final MultiGauge leftOut;

  /**
   * Registers all meters.
   *
   * @param registry where the meters are registered
   * @param running whether the instance processes all its partitions
   * @param replacedThreads number of stream threads replaced so far
   */
  ApiMetrics(MeterRegistry registry, BooleanSupplier running, LongSupplier replacedThreads) {
    this.registry = registry;
    this.replacedThreads = replacedThreads;
    Gauge.builder("sluice.streams.running", running, r -> r.getAsBoolean() ? 1 : 0)
        .description("1 while the instance processes all its partitions, else 0.")
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder(
            "sluice.streams.threads.replaced", this, m -> m.replacedThreads.getAsLong())
        .description("Stream threads that gave up on Kafka or the registry and were replaced.")
        .register(registry);
    accepted = candidateCounter("accepted");
    rejected = candidateCounter("rejected");
    registerTaskGauge(
        "sluice.task.pool",
        "Candidates scored for the task; contents among them if contents count once.",
        TaskStatus::getPool);
    registerTaskGauge(
        "sluice.task.leaks",
        "Candidates in the pool that share text with the task, if the task has them reported.",
        TaskStatus::getLeaks);
    registerTaskGauge(
        "sluice.task.waiting",
        "Stored candidates still to be scored for the task.",
        TaskStatus::getWaiting);
    registerTaskGauge(
        "sluice.task.nominated",
        "Distinct candidates that the shards have nominated for the task.",
        TaskStatus::getNominated);
    registerTaskGauge(
        "sluice.task.open.jobs",
        "Fine-tune jobs of the task that have not ended, whether a trainer works on them or not.",
        TaskStatus::getOpenJobs);
    leftOut =
        MultiGauge.builder("sluice.task.left.out")
            .description("Candidates that the task's rules leave out of the pool, by reason.")
            .register(registry);
    registerTierGauge(
        "sluice.task.tier.filled",
        "Candidates in the subset of the budget.",
        TierStatus::getFilled);
    registerTierGauge(
        "sluice.task.tier.jobs", "Fine-tune jobs fired for the budget.", TierStatus::getJobs);
    registerTierGauge(
        "sluice.task.tier.turnover",
        "Share of the subset that was not among the selected examples of the budget's last job; 1 when"
            + " there was none.",
        TierStatus::getTurnover);
  }

  /**
   * Accepts the meters of Kafka Streams about its instance, threads and tasks, and the lag of its
   * consumers in each partition. All others number in the thousands, and are available through JMX.
   */
  static MeterFilter kafkaMeterFilter() {
    return MeterFilter.deny(
        id ->
            id.getName().startsWith("kafka.")
                && !id.getName().endsWith(".lag")
                && id.getTags().stream().anyMatch(tag -> FINE_GRAINED_TAGS.contains(tag.getKey())));
  }

  /**
   * Records a request that has been answered.
   *
   * @param route the path with placeholders instead of ids, so that the number of meters stays
   *     small
   * @param status the HTTP status of the response
   */
  void recordRequest(String method, String route, int status, Duration took) {
    Timer.builder("sluice.http.requests")
        .description("Answered requests and the time that they took.")
        .tag("method", method)
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .register(registry)
        .record(took);
  }

  /** Counts the lines of candidates in one request. */
  void countCandidates(long acceptedLines, long rejectedLines) {
    accepted.increment(acceptedLines);
    rejected.increment(rejectedLines);
  }

  /**
   * Sets the gauges of the tasks to their current statuses, and drops those of tasks that are not
   * among them.
   */
  void updateTasks(Collection<TaskStatus> statuses) {
    taskGauges.forEach(
        (gauge, value) ->
            gauge.register(
                statuses.stream()
                    .map(s -> Row.of(Tags.of(TASK, s.getTaskId()), value.applyAsDouble(s)))
                    .toList(),
                true));
    tierGauges.forEach((gauge, value) -> gauge.register(tiers(statuses, value), true));
    leftOut.register(statuses.stream().flatMap(ApiMetrics::leftOut).toList(), true);
  }

  private static Stream<Row<?>> leftOut(TaskStatus status) {
    return status.getLeftOut().entrySet().stream()
        .map(
            reason ->
                Row.of(
                    Tags.of(TASK, status.getTaskId(), REASON, reason.getKey()), reason.getValue()));
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

  private void registerTaskGauge(
      String name, String description, ToDoubleFunction<TaskStatus> value) {
    taskGauges.put(MultiGauge.builder(name).description(description).register(registry), value);
  }

  private void registerTierGauge(
      String name, String description, ToDoubleFunction<TierStatus> value) {
    tierGauges.put(MultiGauge.builder(name).description(description).register(registry), value);
  }

  private Counter candidateCounter(String outcome) {
    return Counter.builder("sluice.http.candidates")
        .description("Lines of candidates received over HTTP.")
        .tag("outcome", outcome)
        .register(registry);
  }
}
