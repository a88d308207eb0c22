package io.sluice.streams.config;

import io.sluice.schemas.testing.DocumentedPage;
import io.sluice.schemas.testing.SettingsTable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The page of settings lists every setting of the streams-app as declared. */
class StreamsConfigurationPageTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItDescribesThem() throws IOException {
    new DocumentedPage(
            "../deploy/docs/settings-streams.md",
            """
            # Settings of the streams-app

            %s
            The streams-app reads its settings from four places, each of which overrides the ones before it: the properties file
            given with `sluice streams --config FILE`, environment variables, command-line options, and `--set KEY=VALUE`. The
            environment variable of a setting is `SLUICE_STREAMS_` followed by the setting's name in capital letters, with `_` in
            place of `.`: `SLUICE_STREAMS_HTTP_TOKEN` sets `http.token`.

            All other keys are passed on to Kafka Streams and its clients (`num.stream.threads`, `security.protocol`, `sasl.*`,
            `ssl.*`, `producer.*`, ...) and to the Avro serdes (`basic.auth.*`, `schema.registry.ssl.*`, ...). Settings on which
            exactness depends are fixed (`processing.guarantee`, `topology.optimization`, the dead-letter handlers). The streams-app
            logs a warning for keys that neither it nor Kafka knows.

            | setting | default | valid | importance | what |
            |---|---|---|---|---|
            %s"""
                .formatted(
                    DocumentedPage.howToRenew(StreamsConfigurationPageTest.class),
                    SettingsTable.of(StreamsAppConfig.definition())))
        .check(StreamsConfigurationPageTest.class);
  }
}
