package io.sluice.gpuworker.trainer;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.gpuworker.DocumentedPage;
import io.sluice.gpuworker.MetersTable;
import io.sluice.gpuworker.SettingsTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Every setting and every meter of the trainer is on the page, as it is. */
class TrainerPagesTest {
  @Test
  void givenSettingsAndMeters_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new TrainerMetrics(registry);

    new DocumentedPage(
            "TRAINER-REFERENCE.md",
            """
            # Settings and metrics of the trainer

            %s
            Settings come from the properties file of `sluice trainer --config FILE`, over it from the options, over both from
            `--set KEY=VALUE`. All other keys belong to Kafka's consumer and producer and to the Avro serdes and are handed on to
            them. Those that exactly-once reports rest on are fixed: the trainer warns of them, and of keys that nobody knows.

            | setting | default | valid | importance | what |
            |---|---|---|---|---|
            %s
            Metrics and health are served where `metrics.port` is set (0 takes a free port and prints it): `/metrics` in
            Prometheus's text form, `/health/live` (503 once the trainer has not polled Kafka for `max.poll.interval.ms`),
            `/health/ready` (200 once it is in its consumer group). Counters begin at 0 when the trainer starts.

            | metric | type | labels | what |
            |---|---|---|---|
            %s
            Beside them the consumer's own, `kafka_consumer_*`, as Kafka documents them.
            """
                .formatted(
                    DocumentedPage.madeBy(TrainerPagesTest.class),
                    SettingsTable.of(TrainerConfig.definition()),
                    MetersTable.of(registry.scrape())))
        .check(TrainerPagesTest.class);
  }
}
