package io.sluice.gpuworker.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class TrainerConfigTest {
  private static final Map<String, String> NEEDED =
      Map.of(
          "bootstrap.servers", "localhost:9092",
          "schema.registry.url", "http://localhost:8081",
          "model.dir", "/model",
          "output.dir", "/output");

  @Test
  void givenTheRequiredSettings_whenCreated_thenTheOthersHaveDefaults() {
    TrainerConfig config = with(Map.of());

    assertThat(config.groupId()).isEqualTo("sluice.trainer");
    assertThat(config.launcher()).isEqualTo("builtin");
    assertThat(config.evaluates()).isTrue();
    assertThat(config.timeLimit()).isEmpty();
    assertThat(config.command()).isEmpty();
    assertThat(config.name()).isNotEqualTo(with(Map.of()).name());
  }

  @Test
  void givenALease_whenTheConsumerIsSetUp_thenItsSessionLastsAsLong() {
    Map<String, Object> consumer = with(Map.of("lease.ms", "20000")).consumer();

    assertThat(consumer)
        .containsEntry("session.timeout.ms", 20_000)
        .containsEntry("heartbeat.interval.ms", 2_000)
        .containsEntry("max.poll.records", 1)
        .containsEntry("isolation.level", "read_committed");
    assertThat(with(Map.of("group.protocol", "consumer")).consumer())
        .doesNotContainKey("session.timeout.ms");
  }

  @Test
  void givenALeaseThatTheBrokersWouldSet_whenCreated_thenItIsRefused() {
    assertThatThrownBy(() -> with(Map.of("group.protocol", "consumer", "lease.ms", "20000")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("remove lease.ms")
        .hasMessageContaining("sluice.trainer");
  }

  @Test
  void givenATimeLimitAndACommand_whenCreated_thenTheyAreTyped() {
    TrainerConfig config =
        with(Map.of("time.limit.seconds", "90", "command.line", "train '{dataset}'"));

    assertThat(config.timeLimit()).contains(Duration.ofSeconds(90));
    assertThat(config.command().orElseThrow().arguments()).containsExactly("train", "{dataset}");
  }

  @Test
  void givenAnUnknownPlaceholder_whenCreated_thenRefusedWithTheSettingsName() {
    assertThatThrownBy(() -> with(Map.of("command.line", "train {data}")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("command.line")
        .hasMessageContaining("{data}");
  }

  @Test
  void givenAReportIntervalLongerThanTheLease_whenCreated_thenRefused() {
    assertThatThrownBy(() -> with(Map.of("lease.ms", "6000", "progress.ms", "6000")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("progress.ms")
        .hasMessageContaining("lease.ms");
  }

  @Test
  void givenNoOutputFolder_whenCreated_thenRefused() {
    Map<String, String> settings = new HashMap<>(NEEDED);
    settings.remove("output.dir");

    assertThatThrownBy(() -> new TrainerConfig(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("output.dir");
  }

  private static TrainerConfig with(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(NEEDED);
    all.putAll(settings);
    return new TrainerConfig(all);
  }
}
