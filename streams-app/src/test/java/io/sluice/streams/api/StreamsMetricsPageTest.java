package io.sluice.streams.api;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.testing.DocumentedPage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks that the page lists every meter of the streams-app under its name in Prometheus. */
class StreamsMetricsPageTest {
  private static final Pattern HELP =
      Pattern.compile("(?m)^# HELP (\\S+) (.*)\n# TYPE \\S+ (\\S+)");

  @Test
  void givenTheMeters_whenThePageIsChecked_thenItListsThem() throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ApiMetrics metrics = new ApiMetrics(registry, () -> true, () -> 0L);
    metrics.recordRequest("GET", "/api/tasks", 200, Duration.ofMillis(1));
    metrics.updateTasks(List.of(status()));

    new DocumentedPage(
            "../deploy/docs/metrics-streams.md",
            """
            # Metrics and health checks of the streams-app

            %s
            Metrics and health checks are served together with the [HTTP API](http-api.md), at `http.host` and `http.port`:

            | path | answer |
            |---|---|
            | `/metrics` | all metrics below, in Prometheus' text format |
            | `/health/live` | 200 until the streams-app has failed; 503 after that: restart it |
            | `/health/ready` | 200 while all partitions of the instance are being processed; 503, with the state, while it starts, restores or rebalances |

            Counters start at 0 when the instance starts. An instance reports the metrics of the tasks that are assigned to it:
            aggregate over the instances, with a sum or a maximum.

            | metric | type | labels | what |
            |---|---|---|---|
            %s
            The metrics of Kafka Streams and its clients, `kafka_stream_*`, `kafka_consumer_*`, `kafka_producer_*` and
            `kafka_admin_client_*`, are served as well; Kafka's documentation describes them. Those of single stores, processors,
            topics and brokers are left out, because there are thousands of them; they are available through JMX.
            `kafka_consumer_fetch_manager_records_lag` is served for every partition.

            Useful queries:

            | question | PromQL |
            |---|---|
            | candidates scored per second, by task | `sum by (task) (deriv(sluice_task_pool[1m]))` |
            | share of the candidates that are still to be scored, by task | `sluice_task_waiting / (sluice_task_pool + sluice_task_waiting)` |
            | how full the tiers are | `sum by (task, budget) (sluice_task_tier_filled)` |
            | consumer lag of an instance, by topic | `sum by (topic) (kafka_consumer_fetch_manager_records_lag)` |
            | instances that are not running | `count(sluice_streams_running == 0)` |
            | stream threads replaced after an outage, per hour | `sum(increase(sluice_streams_threads_replaced_total[1h]))` |
            | records that became dead letters, per hour | `sum(increase(kafka_stream_task_dropped_records_total[1h]))` |
            | trainers that have something to do (a restarting instance reports no tasks for a while) | `sum(max by (task) (max_over_time(sluice_task_open_jobs[10m]))) or vector(0)` |
            | failed requests per second | `sum(rate(sluice_http_requests_seconds_count{status=~"5.."}[1m]))` |
            """
                .formatted(
                    DocumentedPage.howToRenew(StreamsMetricsPageTest.class),
                    table(registry.scrape())))
        .check(StreamsMetricsPageTest.class);
  }

  private static TaskStatus status() {
    return TaskStatus.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setQueries(1)
        .setPool(1)
        .setWaiting(0)
        .setNominated(1)
        .setSelected(1)
        .setLeftOut(Map.of("max_tokens", 1L))
        .setTiers(List.of(TierStatus.newBuilder().setBudget(1).setFilled(1).setJobs(0).build()))
        .build();
  }

  private static String table(String scraped) {
    StringBuilder rows = new StringBuilder();
    Matcher help = HELP.matcher(scraped);
    while (help.find()) {
      rows.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  help.group(1), help.group(3), labels(scraped, help.group(1)), help.group(2)));
    }
    return rows.toString();
  }

  private static String labels(String scraped, String metric) {
    Matcher sample = Pattern.compile("(?m)^" + metric + "(?:_count)?\\{([^}]*)}").matcher(scraped);
    Set<String> labels = new TreeSet<>();
    while (sample.find()) {
      for (String label : sample.group(1).split(",")) {
        labels.add("`" + label.substring(0, label.indexOf('=')) + "`");
      }
    }
    return labels.stream().collect(Collectors.joining(", "));
  }
}
