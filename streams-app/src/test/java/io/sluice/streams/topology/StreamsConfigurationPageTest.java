package io.sluice.streams.topology;

import io.sluice.streams.DocumentedPage;
import java.io.IOException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

/** Every setting of the streams-app is on the page, as it is. */
class StreamsConfigurationPageTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    String settings =
        StreamsAppConfig.definition().configKeys().values().stream()
            .sorted(
                Comparator.comparing((ConfigKey key) -> key.importance)
                    .thenComparing(ConfigKey::hasDefault)
                    .thenComparing(key -> key.name))
            .map(StreamsConfigurationPageTest::setting)
            .collect(Collectors.joining());
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
                .formatted(DocumentedPage.madeBy(StreamsConfigurationPageTest.class), settings))
        .check(StreamsConfigurationPageTest.class);
  }

  private static String setting(ConfigKey key) {
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            key.name,
            key.hasDefault() ? defaultOf(key) : "required",
            key.validator == null ? lower(key.type) : cell(key.validator),
            lower(key.importance),
            cell(key.documentation));
  }

  /** Neither a secret's mask nor the home of whoever builds belongs on the page. */
  private static String defaultOf(ConfigKey key) {
    if (key.type == org.apache.kafka.common.config.ConfigDef.Type.PASSWORD) {
      return "";
    }
    String value =
        Objects.toString(key.defaultValue, "").replace(System.getProperty("user.home"), "~");
    return value.isEmpty() ? "" : "`" + value + "`";
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String cell(Object text) {
    return text.toString().replace("|", "\\|");
  }
}
