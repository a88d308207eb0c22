package io.sluice.gpuworker.trainer;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.testing.OneGpu;
import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.testing.MetersTable;
import io.sluice.schemas.testing.SettingsTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The pages of the trainer's settings and metrics say what the code declares. */
class TrainerPagesTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    new DocumentedPage(
            "../deploy/docs/settings-trainer.md",
            """
            # Settings of the trainer

            %s
            The trainer reads its settings from the properties file given with `sluice trainer --config FILE`. Command-line options
            override the file, and `--set KEY=VALUE` overrides both. All other keys are passed on to Kafka's consumer and producer and to the
            Avro serdes. Settings on which exactly-once reporting depends are fixed: the trainer logs a warning when one of them is set, and for
            keys that neither it nor Kafka knows. What the trainer does is described in [trainer.md](trainer.md).

            | setting | default | valid | importance | what |
            |---|---|---|---|---|
            %s\
            """
                .formatted(
                    DocumentedPage.howToRenew(TrainerPagesTest.class),
                    SettingsTable.of(TrainerConfig.definition())))
        .check(TrainerPagesTest.class);
  }

  @Test
  void givenTheMeters_whenThePageIsRead_thenItNamesThem() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new TrainerMetrics(registry);
    OneGpu.measured(registry, "sluice.trainer").close();

    new DocumentedPage(
            "../deploy/docs/metrics-trainer.md",
            """
            # Metrics and health checks of the trainer

            %s
            The trainer serves metrics and health checks over HTTP when `metrics.port` is set (0 takes a free port and prints it), on
            loopback unless `metrics.host` says otherwise:

            | path | answer |
            |---|---|
            | `/metrics` | all metrics below, in Prometheus' text format |
            | `/health/live` | 200 while the trainer polls Kafka; 503 once it has not polled for `max.poll.interval.ms`: restart it |
            | `/health/ready` | 200 once the trainer is a member of its consumer group; 503 before that |

            Counters start at 0 when the trainer starts.

            | metric | type | labels | what |
            |---|---|---|---|
            %s
            The metrics of devices are measured every 15 seconds, and are absent where nvidia-smi lists no GPU when the trainer starts.

            The metrics of the Kafka consumer, `kafka_consumer_*`, are served as well; Kafka's documentation describes them.
            """
                .formatted(
                    DocumentedPage.howToRenew(TrainerPagesTest.class),
                    MetersTable.of(registry.scrape())))
        .check(TrainerPagesTest.class);
  }
}
