package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.DocumentedPage;
import io.sluice.gpuworker.SettingsTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Every setting of the worker is on the page, as it is. */
class ConfigurationPageTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    String settings = SettingsTable.of(WorkerConfig.definition());
    new DocumentedPage(
            "CONFIGURATION.md",
            """
            # Settings of the worker

            %s
            They come from the properties file of `sluice worker --config FILE`, over it from the options, over both from
            `--set KEY=VALUE`. All other keys belong to Kafka's consumer and producer (`security.protocol`, `sasl.*`, `ssl.*`,
            `max.poll.records`, ...) and to the Avro serdes (`basic.auth.*`, `schema.registry.ssl.*`, ...), and are handed on to
            them. Those that at-least-once delivery rests on are fixed: the worker warns of them, and of keys that nobody knows.

            | setting | default | valid | importance | what |
            |---|---|---|---|---|
            %s"""
                .formatted(DocumentedPage.madeBy(ConfigurationPageTest.class), settings))
        .check(ConfigurationPageTest.class);
  }
}
