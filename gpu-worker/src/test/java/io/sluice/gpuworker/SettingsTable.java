package io.sluice.gpuworker;

import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** The rows of a page's table of settings. */
public final class SettingsTable {
  private SettingsTable() {}

  /** One row a setting, the important ones first. */
  public static String of(ConfigDef definition) {
    return definition.configKeys().values().stream()
        .sorted(
            Comparator.comparing((ConfigKey key) -> key.importance)
                .thenComparing(key -> key.hasDefault()))
        .map(SettingsTable::setting)
        .collect(Collectors.joining());
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
