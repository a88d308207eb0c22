package io.sluice.streams.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsAppConfigTest {
  private static final Map<String, String> REQUIRED =
      Map.of("bootstrap.servers", "localhost:9092", "schema.registry.url", "mock://config");

  @Test
  void givenOnlyTheRequiredSettings_whenRead_thenHttpIsOnLoopbackAndOpen() {
    StreamsAppConfig config = config(Map.of());

    assertThat(config.get(StreamsAppSettings.HTTP_ENABLED)).isTrue();
    assertThat(config.httpAddress().getAddress().isLoopbackAddress()).isTrue();
    assertThat(config.get(StreamsAppSettings.HTTP_TOKEN)).isEmpty();
    assertThat(config.applicationServer()).isEmpty();
    assertThat(config.unknownKeys()).isEmpty();
  }

  @Test
  void givenVariables_whenReadAsSettings_thenOnlyThoseOfTheStreamsAppAreTakenUnderTheirKeys() {
    assertThat(
            StreamsAppConfig.environment(
                Map.of(
                    "SLUICE_STREAMS_HTTP_TOKEN", "secret",
                    "SLUICE_STREAMS_NUM_STREAM_THREADS", "4",
                    "SLUICE_JAVA_OPTS", "-Xmx1g",
                    "PATH", "/bin")))
        .containsOnly(Map.entry("http.token", "secret"), Map.entry("num.stream.threads", "4"));
  }

  @Test
  void givenASecret_whenClientsAndStreamsAreConfigured_thenItIsNotPassedOn() {
    StreamsAppConfig config = config(Map.of("http.token", "secret", "sasl.mechanism", "PLAIN"));

    assertThat(config.get(StreamsAppSettings.HTTP_TOKEN).orElseThrow().value()).isEqualTo("secret");
    assertThat(config.get(StreamsAppSettings.HTTP_TOKEN).orElseThrow()).hasToString("[hidden]");
    assertThat(config.kafkaStreams())
        .containsEntry("sasl.mechanism", "PLAIN")
        .doesNotContainKeys("http.token", "http.port", "topic.prefix");
    assertThat(config.consumer(Map.of(), Map.of()))
        .containsEntry("sasl.mechanism", "PLAIN")
        .containsEntry("bootstrap.servers", "localhost:9092")
        .doesNotContainKeys("http.token", "state.dir", "application.id");
  }

  @Test
  void givenTheStreamsProtocol_whenStreamsAreConfigured_thenTheBrokersDecideOnSessions() {
    StreamsAppConfig config = config(Map.of("group.protocol", "streams"));

    assertThat(config.groupProtocol()).isEqualTo(GroupProtocol.STREAMS);
    assertThat(config.kafkaStreams())
        .containsEntry("group.protocol", "streams")
        .doesNotContainKeys("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");
    assertThat(config(Map.of()).groupProtocol()).isEqualTo(GroupProtocol.CLASSIC);
    assertThat(config(Map.of()).kafkaStreams()).containsKey("consumer.session.timeout.ms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "num.standby.replicas",
        "max.warmup.replicas",
        "group.instance.id",
        "main.consumer.group.instance.id",
        "consumer.session.timeout.ms",
        "heartbeat.interval.ms"
      })
  void givenASettingThatTheStreamsProtocolIgnores_whenRead_thenItIsRefusedByName(String key) {
    assertThatThrownBy(() -> config(Map.of("group.protocol", "streams", key, "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("streams.num.standby.replicas");
    assertThat(config(Map.of(key, "1")).groupProtocol()).isEqualTo(GroupProtocol.CLASSIC);
  }

  @Test
  void givenTheProtocolOfConsumers_whenRead_thenItIsRefused() {
    assertThatThrownBy(() -> config(Map.of("group.protocol", "consumer")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("use classic or streams");
  }

  @Test
  void givenAnApplicationServer_whenStreamsAreConfigured_thenItIsPassedOn() {
    StreamsAppConfig config = config(Map.of()).withApplicationServer("127.0.0.1:4711");

    assertThat(config.kafkaStreams()).containsEntry("application.server", "127.0.0.1:4711");
    assertThat(config.applicationServer()).contains("127.0.0.1:4711");
  }

  @Test
  void givenAnyTimeout_whenConfigured_thenThreadsWaitLongerToSendThanForPolls() {
    for (String response : List.of("1000", "60000", "3600000")) {
      StreamsConfig streams =
          new StreamsConfig(config(Map.of("response.timeout.ms", response)).kafkaStreams());
      Map<String, Object> producer = streams.getProducerConfigs("client");
      int poll =
          new ConsumerConfig(
                  withDeserializers(streams.getMainConsumerConfigs("group", "client", 0)))
              .getInt("max.poll.interval.ms");

      assertThat((Integer) producer.get("max.block.ms")).isGreaterThan(poll);
      assertThat((Integer) producer.get("delivery.timeout.ms")).isGreaterThan(poll);
    }
    assertThat(config(Map.of("max.block.ms", "7000")).kafkaStreams())
        .containsEntry("max.block.ms", "7000");
  }

  private static Map<String, Object> withDeserializers(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("key.deserializer", ByteArrayDeserializer.class);
    all.put("value.deserializer", ByteArrayDeserializer.class);
    return all;
  }

  @Test
  void givenUnknownKeys_whenRead_thenTheyAreReported() {
    StreamsAppConfig config =
        config(
            Map.of(
                "htpp.port", "1",
                "producer.linger.ms", "5",
                "num.stream.threads", "1",
                "auto.register.schemas", "false",
                "schema.registry.ssl.truststore.location", "x"));

    assertThat(config.unknownKeys()).containsExactly("htpp.port");
  }

  @Test
  void givenSettingsThatExactnessRestsOn_whenSet_thenTheyAreOverruledAndReported() {
    StreamsAppConfig config = config(Map.of("processing.guarantee", "at_least_once"));

    assertThat(config.kafkaStreams()).containsEntry("processing.guarantee", "exactly_once_v2");
    assertThat(config.overruledKeys()).containsExactly("processing.guarantee");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto.offset.reset",
        "consumer.auto.offset.reset",
        "main.consumer.auto.offset.reset"
      })
  void givenALaterFirstOffset_whenSet_thenItIsOverruledAndReported(String key) {
    StreamsAppConfig config = config(Map.of(key, "latest"));

    assertThat(new StreamsConfig(config.kafkaStreams()).getMainConsumerConfigs("g", "c", 0))
        .containsEntry("auto.offset.reset", "earliest");
    assertThat(config.overruledKeys()).containsExactly(key);
  }

  @ParameterizedTest
  @CsvSource({
    "http.port,70000,http.port",
    "http.port,http,http.port",
    "http.enabled,perhaps,http.enabled",
    "http.token,with a space,printable ASCII",
    "http.max.line.bytes,3,http.max.line.bytes",
    "bootstrap.servers,'',bootstrap.servers",
    "topic.prefix,a/b,topic.prefix",
    "schema.registry.url,' ',schema.registry.url"
  })
  void givenAValueOutOfRange_whenRead_thenTheMessageNamesTheKey(
      String key, String value, String message) {
    assertThatThrownBy(() -> config(Map.of(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("with a space");
  }

  private static StreamsAppConfig config(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(REQUIRED);
    all.putAll(settings);
    return new StreamsAppConfig(all);
  }
}
