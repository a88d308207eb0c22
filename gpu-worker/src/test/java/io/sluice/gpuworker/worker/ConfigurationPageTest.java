package io.sluice.gpuworker.worker;

import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.testing.SettingsTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Every setting of the worker is on the page, as it is. */
class ConfigurationPageTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    String settings = SettingsTable.of(WorkerConfig.definition());
    new DocumentedPage(
            "../deploy/docs/settings-worker.md",
            """
            # Settings of the worker

            %s
            The worker reads its settings from the properties file given with `sluice worker --config FILE`. Command-line options
            override the file, and `--set KEY=VALUE` overrides both. All other keys are passed on to Kafka's consumer and producer
            (`security.protocol`, `sasl.*`, `ssl.*`, `max.poll.records`, ...) and to the Avro serdes (`basic.auth.*`,
            `schema.registry.ssl.*`, ...). Settings on which at-least-once delivery depends are fixed: the worker logs a warning when
            one of them is set, and for keys that neither it nor Kafka knows.

            | setting | default | valid | importance | what |
            |---|---|---|---|---|
            %s"""
                .formatted(DocumentedPage.howToRenew(ConfigurationPageTest.class), settings))
        .check(ConfigurationPageTest.class);
  }
}
