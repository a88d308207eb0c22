package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.embedding.Prompts;
import io.sluice.gpuworker.gradient.QueryMode;
import io.sluice.gpuworker.gradient.TextForm;
import io.sluice.gpuworker.gradient.TextSettings;
import io.sluice.gpuworker.representation.ComputeSettings;
import io.sluice.gpuworker.representation.CountSketch;
import io.sluice.gpuworker.representation.GradientForm;
import io.sluice.gpuworker.representation.Projection;
import io.sluice.gpuworker.representation.RepresentationKind;
import io.sluice.gpuworker.representation.RepresentationSettings;
import io.sluice.gpuworker.representation.StatePooling;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.connection.SettingsFile;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerConfigTest {
  private static final Map<String, String> NEEDED =
      Map.of(
          "bootstrap.servers", "one:9092,two:9092",
          "schema.registry.url", "http://registry:8081",
          "model.dir", "/models/base",
          "checkpoint.dirs", "/models/c1, /models/c2");

  @Test
  void givenOnlyWhatIsNeeded_whenRead_thenTheRestHasItsDefaults() {
    WorkerConfig config = new WorkerConfig(NEEDED);

    assertThat(config.topics()).isEqualTo(Topics.withDefaultPrefix());
    assertThat(config.representationId()).isEqualTo("default");
    assertThat(config.groupId()).isEqualTo("sluice-worker-default");
    assertThat(config.encoding()).isEqualTo(FeatureEncoding.SIGN);
    assertThat(config.computeSettings())
        .isEqualTo(ComputeSettings.DEFAULT.storedAs(FeatureEncoding.SIGN));
    assertThat(config.batchRecords()).isEqualTo(32);
    assertThat(config.representationSettings().folder()).isEqualTo(Path.of("/models/base"));
    assertThat(config.representationSettings().checkpoints())
        .containsExactly(Path.of("/models/c1"), Path.of("/models/c2"));
    assertThat(config.representationSettings().projection()).isEqualTo(Projection.DEFAULT);
    assertThat(config.representationSettings().text()).isEqualTo(TextSettings.reference(2048));
    assertThat(config.unknownKeys()).isEmpty();
    assertThat(config.overruledKeys()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bootstrap.servers, '', Kafka broker",
    "schema.registry.url, ' ', schema registry",
    "checkpoint.dirs, '', checkpoint folder",
    "checkpoint.dirs, '/a,/a', twice",
    "model.dir, '', base model",
    "representation.id, a b, A-Z a-z 0-9",
    "topic.prefix, a/b, topic prefix",
    "kind, activation, hidden-state",
    "form, sgd, plain",
    "projection, none, use sketch",
    "projection, dense, use sketch",
    "dimension, 8190, multiple of 8",
    "dimension, 0, multiple of 8",
    "dimension, many, dimension",
    "encoding, FLOAT32, INT8",
    "text.form, jinja, chat",
    "chat.date, 2024-02-30, YYYY-MM-DD",
    "chat.date, 2024-02-03, text.form=chat",
    "query.mode, answer, response",
    "query.mode, prompt, kind=hidden-state",
    "hidden.state.pooling, median, weighted-mean",
    "max.length, 1, max.length",
    "tokens.in.flight, 0, tokens.in.flight",
    "recompute, perhaps, recompute",
    "batch.records, 0, batch.records"
  })
  void givenAValueOutOfRange_whenRead_thenTheMessageNamesTheSettingAndWhatToUse(
      String key, String value, String expected) {
    assertThatThrownBy(() -> new WorkerConfig(with(Map.of(key, value))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource({"bootstrap.servers", "schema.registry.url", "model.dir", "checkpoint.dirs"})
  void givenANeededSettingIsMissing_whenRead_thenItIsNamed(String key) {
    Map<String, String> settings = new HashMap<>(NEEDED);
    settings.remove(key);

    assertThatThrownBy(() -> new WorkerConfig(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key);
  }

  @Test
  void givenHiddenStates_whenRead_thenNoCheckpointIsNeeded() {
    Map<String, String> settings = new HashMap<>(with(Map.of("kind", "hidden-state")));
    settings.remove("checkpoint.dirs");

    RepresentationSettings read = new WorkerConfig(settings).representationSettings();

    assertThat(read.kind()).isEqualTo(RepresentationKind.HIDDEN_STATE);
    assertThat(read.checkpoints()).isEmpty();
    assertThat(read.pooling()).isEqualTo(StatePooling.WEIGHTED_MEAN);
  }

  @Test
  void givenThePlainMean_whenRead_thenHiddenStatesArePooledByIt() {
    Map<String, String> settings =
        with(Map.of("kind", "hidden-state", "hidden.state.pooling", "mean"));

    assertThat(new WorkerConfig(settings).representationSettings().pooling())
        .isEqualTo(StatePooling.MEAN);
  }

  @Test
  void givenEmbeddings_whenRead_thenNeitherModelNorCheckpointIsNeeded() {
    Map<String, String> settings =
        new HashMap<>(
            with(
                Map.of(
                    "kind", "embedding",
                    "embedding.query.prompt", "\"query: \"",
                    "embedding.candidate.prompt", "none")));
    settings.remove("checkpoint.dirs");
    settings.remove("model.dir");

    WorkerConfig config = new WorkerConfig(settings);

    assertThat(config.encoding()).isEqualTo(FeatureEncoding.FLOAT16);
    assertThat(config.representationSettings().model()).isEmpty();
    assertThat(config.representationSettings().prompts())
        .isEqualTo(new Prompts(Optional.of("query: "), Optional.of("")));
  }

  @ParameterizedTest
  @CsvSource({
    "embedding, text.form, chat",
    "embedding, checkpoint.dirs, some/checkpoint",
    "gradient, embedding.query.prompt, none",
    "hidden-state, embedding.candidate.prompt, passage",
    "gradient, hidden.state.pooling, mean",
    "embedding, hidden.state.pooling, mean",
    "embedding, devices, '0,1'"
  })
  void givenASettingThatTheKindCannotUse_whenRead_thenItIsNamed(
      String kind, String key, String value) {
    Map<String, String> settings = new HashMap<>(with(Map.of("kind", kind)));
    if (kind.equals("embedding")) {
      settings.remove("checkpoint.dirs");
    }
    settings.put(key, value);

    assertThatThrownBy(() -> new WorkerConfig(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("kind " + kind);
  }

  @Test
  void givenATextForm_whenRead_thenItIsTheRepresentations() {
    WorkerConfig config =
        new WorkerConfig(
            with(
                Map.of(
                    "text.form", "chat",
                    "chat.date", "2025-03-07",
                    "query.mode", "response",
                    "max.length", "64")));

    assertThat(config.representationSettings().text())
        .isEqualTo(
            new TextSettings(new TextForm.Chat(LocalDate.of(2025, 3, 7)), QueryMode.RESPONSE, 64));
  }

  @Test
  void givenThePlainForm_whenRead_thenItIsTheCandidates() {
    assertThat(new WorkerConfig(NEEDED).representationSettings().form())
        .isEqualTo(GradientForm.ADAM);
    assertThat(new WorkerConfig(with(Map.of("form", "plain"))).representationSettings().form())
        .isEqualTo(GradientForm.PLAIN);
  }

  @Test
  void givenSettingsOfTheClients_whenRead_thenEachClientGetsWhatItKnows() {
    WorkerConfig config =
        new WorkerConfig(
            with(
                Map.of(
                    "security.protocol", "SASL_SSL",
                    "sasl.jaas.config", "secret",
                    "ssl.truststore.location", "/trust",
                    "session.timeout.ms", "6000",
                    "linger.ms", "50",
                    "basic.auth.user.info", "user:secret",
                    "schema.registry.ssl.truststore.location", "/registry-trust")));

    assertThat(config.consumer())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.jaas.config", "secret")
        .containsEntry("session.timeout.ms", "6000")
        .doesNotContainKeys("linger.ms", "basic.auth.user.info", "model.dir");
    assertThat(config.producer())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("ssl.truststore.location", "/trust")
        .containsEntry("linger.ms", "50")
        .doesNotContainKeys("session.timeout.ms", "basic.auth.user.info", "model.dir");
    assertThat(config.unknownKeys()).isEmpty();
  }

  @Test
  void givenSettingsThatDeliveryRestsOn_whenSet_thenTheyAreOverruledAndReported() {
    WorkerConfig config =
        new WorkerConfig(
            with(
                Map.of(
                    "enable.auto.commit", "true",
                    "acks", "0",
                    "enable.idempotence", "false",
                    "isolation.level", "read_uncommitted",
                    "transactional.id", "mine")));

    assertThat(config.consumer())
        .containsEntry("enable.auto.commit", false)
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("auto.offset.reset", "earliest");
    assertThat(config.producer())
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .doesNotContainKey("transactional.id");
    assertThat(config.overruledKeys())
        .containsExactly(
            "acks",
            "enable.auto.commit",
            "enable.idempotence",
            "isolation.level",
            "transactional.id");
  }

  @Test
  void givenTheNewGroupProtocol_whenRead_thenTheConsumerTakesTheSettings() {
    WorkerConfig config = new WorkerConfig(with(Map.of("group.protocol", "consumer")));

    assertThatCode(() -> new ConsumerConfig(config.consumer())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"consumer, session.timeout.ms", "consumer, heartbeat.interval.ms", "streams, "})
  void givenASettingThatTheNewGroupProtocolIgnores_whenRead_thenTheConsumerRefusesItByName(
      String protocol, String key) {
    Map<String, String> settings = new HashMap<>(Map.of("group.protocol", protocol));
    Optional.ofNullable(key).ifPresent(name -> settings.put(name, "3000"));

    assertThatThrownBy(() -> new ConsumerConfig(new WorkerConfig(with(settings)).consumer()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key == null ? "group.protocol" : key);
  }

  @Test
  void givenAnyResponseTimeout_whenRead_thenTheGroupWaitsLongerForAPollThanARecordIsOnItsWay() {
    assertThat(new WorkerConfig(NEEDED).maxPollInterval()).isEqualTo(Duration.ofMinutes(5));
    for (String response : List.of("1000", "60000", "300000", "3600000")) {
      WorkerConfig config = new WorkerConfig(with(Map.of("response.timeout.ms", response)));

      assertThat(config.maxPollInterval().toMillis())
          .isEqualTo(((Number) config.consumer().get("max.poll.interval.ms")).longValue())
          .isGreaterThan(((Number) config.producer().get("delivery.timeout.ms")).longValue());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "max.poll.interval.ms, 120000, , ",
    "max.poll.interval.ms, 1000, , ",
    "delivery.timeout.ms, 1000000, max.poll.interval.ms, 900000"
  })
  void givenAGroupThatDoesNotWaitForWhatIsSent_whenRead_thenThatIsRefusedByName(
      String key, String value, String otherKey, String otherValue) {
    Map<String, String> settings = new HashMap<>(Map.of(key, value));
    Optional.ofNullable(otherKey).ifPresent(name -> settings.put(name, otherValue));

    assertThatThrownBy(() -> new WorkerConfig(with(settings)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("max.poll.interval.ms")
        .hasMessageContaining("delivery.timeout.ms")
        .hasMessageContaining("response.timeout.ms");
  }

  @Test
  void givenAKeyThatNobodyKnows_whenRead_thenItIsReported() {
    assertThat(new WorkerConfig(with(Map.of("dimensions", "64"))).unknownKeys())
        .containsExactly("dimensions");
  }

  @Test
  void givenAPasswordInTheRegistryUrl_whenRead_thenTheAddressIsShownWithoutIt() {
    WorkerConfig config =
        new WorkerConfig(with(Map.of("schema.registry.url", "https://user:hunter2@registry")));

    assertThat(config.get(ConnectionSettings.SCHEMA_REGISTRY_URL).url())
        .isEqualTo("https://registry");
    assertThat(config.get(ConnectionSettings.SCHEMA_REGISTRY_URL).toString())
        .doesNotContain("hunter2");
  }

  @Test
  void givenAFileAndOverrides_whenRead_thenTheOverridesWin(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("worker.properties");
    Files.writeString(
        file,
        """
        bootstrap.servers=file:9092
        schema.registry.url=http://file:8081
        model.dir=/modèles/base
        checkpoint.dirs=/c1
        dimension=64
        """);

    WorkerConfig config =
        new WorkerConfig(
            SettingsFile.merge(
                Optional.of(file), Map.of("dimension", "128", "bootstrap.servers", "option:9092")));

    assertThat(config.representationSettings().projection()).isEqualTo(new CountSketch(128, 0));
    assertThat(config.representationSettings().folder()).isEqualTo(Path.of("/modèles/base"));
    assertThat(config.producer().get("bootstrap.servers")).asString().contains("option:9092");
    assertThat(config.consumer().get("bootstrap.servers")).asString().doesNotContain("file");
  }

  @Test
  void givenTheDefinition_whenRead_thenEverySettingIsDocumented() {
    assertThat(WorkerConfig.definition().configKeys().values())
        .extracting((ConfigKey key) -> key.documentation)
        .allSatisfy(documentation -> assertThat(documentation).hasSizeGreaterThan(20));
  }

  private static Map<String, String> with(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(NEEDED);
    settings.putAll(more);
    return settings;
  }
}
