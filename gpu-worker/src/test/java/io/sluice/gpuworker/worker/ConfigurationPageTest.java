package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.DocumentedPage;
import java.io.IOException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

/** Every setting of the worker is on the page, as it is. */
class ConfigurationPageTest {
  @Test
  void givenTheSettings_whenThePageIsRead_thenItSaysWhatTheyAre() throws IOException {
    String settings =
        WorkerConfig.definition().configKeys().values().stream()
            .sorted(
                Comparator.comparing((ConfigKey key) -> key.importance)
                    .thenComparing(key -> key.hasDefault()))
            .map(ConfigurationPageTest::setting)
            .collect(Collectors.joining());
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

  private static String setting(ConfigKey key) {
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            key.name,
            key.hasDefault() ? defaultOf(key) : "required",
            key.validator == null ? lower(key.type) : cell(key.validator),
            lower(key.importance),
            cell(key.documentation));
  }

  private static String defaultOf(ConfigKey key) {
    String value = Objects.toString(key.defaultValue, "");
    return value.isEmpty() ? "" : "`" + value + "`";
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String cell(Object text) {
    return text.toString().replace("|", "\\|");
  }
}
