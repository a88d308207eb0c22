package io.sluice.gpuworker.worker;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.device.DeviceFaults;
import io.sluice.gpuworker.testing.OneGpu;
import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.testing.MetersTable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every meter of the worker is on the page, under the name that Prometheus gives it. */
class MetricsPageTest {
  @Test
  void givenTheMeters_whenThePageIsRead_thenItNamesThem() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    WorkerMetrics metrics = new WorkerMetrics(registry, System::nanoTime);
    metrics.setLag("sluice.candidates", 0);
    metrics.setLag("sluice.target-tasks", 0);
    metrics.observe(List.of(new DeviceFaults("gpu(0)")));
    OneGpu.measured(registry, "sluice.worker").close();

    new DocumentedPage(
            "../deploy/docs/metrics-worker.md",
            """
            # Metrics and health checks of the worker

            %s
            The worker serves metrics and health checks over HTTP when `metrics.port` is set (0 takes a free port and prints it), on
            loopback unless `metrics.host` says otherwise:

            | path | answer |
            |---|---|
            | `/metrics` | all metrics below, in Prometheus' text format |
            | `/health/live` | 200 while the worker polls Kafka; 503 once it has not polled for `max.poll.interval.ms`: restart it |
            | `/health/ready` | 200 once the worker is a member of its consumer group; 503 before that |

            Counters start at 0 when the worker starts. A record that is read again, for example after a rebalance, is counted again.

            | metric | type | labels | what |
            |---|---|---|---|
            %s
            The memory, the utilization and the errors of GPUs are measured every 15 seconds, and are absent where nvidia-smi lists no GPU when the worker starts.

            The metrics of the Kafka clients, `kafka_consumer_*` and `kafka_producer_*`, are served as well; Kafka's documentation describes them.

            Useful queries:

            | question | PromQL |
            |---|---|
            | examples per second | `sum(rate(sluice_worker_examples_total[1m]))` |
            | tokens per second | `sum(rate(sluice_worker_tokens_total[1m]))` |
            | share of time spent in each step | `rate(sluice_worker_step_seconds_sum[5m])` |
            | mean fill of the batches | `rate(sluice_worker_batch_fill_sum[5m]) / rate(sluice_worker_batch_fill_count[5m])` |
            | dead letters per hour, by fault | `sum by (fault) (increase(sluice_worker_dead_letters_total[1h]))` |
            | seconds until the backlog is worked off | `sum(sluice_worker_lag) / sum(rate(sluice_worker_examples_total[5m]))` |
            """
                .formatted(
                    DocumentedPage.howToRenew(MetricsPageTest.class),
                    MetersTable.of(registry.scrape())))
        .check(MetricsPageTest.class);
  }
}
