package io.sluice.schemas.testing;

import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** The rows of a page's table of settings. */
public final class SettingsTable {
  private SettingsTable() {}

  /**
   * One row per setting, by importance; of one importance the required ones come first, each group
   * sorted by name.
   */
  public static String of(ConfigDef definition) {
    return definition.configKeys().values().stream()
        .sorted(
            Comparator.comparing((ConfigKey key) -> key.importance)
                .thenComparing(ConfigKey::hasDefault)
                .thenComparing(key -> key.name))
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

  /** Neither a secret's mask nor the home directory of whoever builds belongs on the page. */
  private static String defaultOf(ConfigKey key) {
    if (key.type == ConfigDef.Type.PASSWORD) {
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
