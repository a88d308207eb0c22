package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class SettingTest {
  private static final Setting<Duration> LEASE =
      Setting.integer("lease.ms")
          .byDefault(500)
          .valid(Range.atLeast(100))
          .importance(Importance.LOW)
          .documentation("How long.")
          .as(Duration::ofMillis);

  private static final Setting<Optional<Integer>> PORT =
      Setting.integer("port").valid(SettingChecks.port()).documentationOfOptional("Where.");

  private static final Setting<List<String>> FOLDERS =
      Setting.list("folders")
          .valid(SettingChecks.different("a folder"))
          .documentation("Which folders.");

  private static final Setting<Integer> WORD =
      Setting.text("word")
          .byDefault("12")
          .documentation("A number as a word.")
          .parsed("a number", Integer::valueOf);

  @Test
  void givenADeclaration_whenDefined_thenTheDefinitionSaysWhatItSays() {
    ConfigKey key = Setting.definition(List.of(LEASE)).configKeys().get("lease.ms");

    assertThat(key.type).isEqualTo(Type.INT);
    assertThat(key.defaultValue).isEqualTo(500);
    assertThat(key.validator).hasToString("[100,...]");
    assertThat(key.importance).isEqualTo(Importance.LOW);
    assertThat(key.documentation).isEqualTo("How long.");
  }

  @Test
  void givenNothingButWhatIsRequired_whenRead_thenDefaultsHold() {
    Config config = new Config(Map.of("folders", "a, b"));

    assertThat(config.get(LEASE)).isEqualTo(Duration.ofMillis(500));
    assertThat(config.get(PORT)).isEmpty();
    assertThat(config.get(FOLDERS)).containsExactly("a", "b");
    assertThat(config.get(WORD)).isEqualTo(12);
  }

  @Test
  void givenTexts_whenRead_thenTheyAreTyped() {
    Config config =
        new Config(Map.of("folders", "a", "lease.ms", "100", "port", "0", "word", "-3"));

    assertThat(config.get(LEASE)).isEqualTo(Duration.ofMillis(100));
    assertThat(config.get(PORT)).contains(0);
    assertThat(config.get(WORD)).isEqualTo(-3);
  }

  @Test
  void givenAValueOutOfRange_whenRead_thenRefusedByItsKey() {
    for (Map.Entry<String, String> wrong :
        Map.of("lease.ms", "99", "port", "65536", "folders", "a,a", "word", "twelve").entrySet()) {
      Map<String, String> settings = new java.util.HashMap<>(Map.of("folders", "a"));
      settings.put(wrong.getKey(), wrong.getValue());

      assertThatThrownBy(() -> new Config(settings))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(wrong.getKey());
    }
  }

  @Test
  void givenARequiredSettingIsMissing_whenRead_thenRefusedByItsKey() {
    assertThatThrownBy(() -> new Config(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("folders");
  }

  private static final class Config extends ConnectionConfig {
    Config(Map<String, String> settings) {
      super(definition(), withConnection(settings), Set.of(), key -> false);
    }

    private static ConfigDef definition() {
      List<Setting<?>> all = new ArrayList<>(List.of(LEASE, PORT, FOLDERS, WORD));
      all.addAll(ConnectionSettings.all());
      return Setting.definition(all);
    }

    private static Map<String, String> withConnection(Map<String, String> settings) {
      Map<String, String> all = new HashMap<>(settings);
      all.put("bootstrap.servers", "broker:9092");
      all.put("schema.registry.url", "http://registry:8081");
      return all;
    }
  }
}
