package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionConfigTest {
  private static final Map<String, String> NEEDED =
      Map.of(
          "bootstrap.servers", "one:9092, two:9092",
          "schema.registry.url", "http://registry:8081");

  @Test
  void givenOnlyWhatIsNeeded_whenRead_thenEveryClientFindsItsServer() {
    ConnectionConfig config = config(Map.of());

    assertThat(config.topics()).isEqualTo(Topics.withDefaultPrefix());
    for (Map<String, Object> client :
        List.of(
            config.consumer(Map.of(), Map.of()),
            config.admin(Map.of(), Map.of()),
            config.allClients(Map.of()))) {
      assertThat(withoutTimeouts(client))
          .containsOnly(entry("bootstrap.servers", "one:9092,two:9092"));
    }
    assertThat(withoutTimeouts(config.producer(Map.of(), Map.of())))
        .containsOnly(
            entry("bootstrap.servers", "one:9092,two:9092"), entry("max.request.size", 1 << 20));
    assertThat(withoutTimeouts(config.serdeSettings()))
        .containsOnly(entry("schema.registry.url", "http://registry:8081"));
  }

  @Test
  void givenSettingsOfTheClients_whenRead_thenEachClientGetsWhatItKnows() {
    ConnectionConfig config =
        config(
            Map.of(
                "security.protocol", "SASL_SSL",
                "session.timeout.ms", "6000",
                "linger.ms", "50",
                "metadata.max.age.ms", "1000",
                "basic.auth.user.info", "user:secret"));

    assertThat(withoutTimeouts(config.consumer(Map.of(), Map.of())))
        .containsOnlyKeys(
            "bootstrap.servers", "security.protocol", "session.timeout.ms", "metadata.max.age.ms");
    assertThat(withoutTimeouts(config.producer(Map.of(), Map.of())))
        .containsOnlyKeys(
            "bootstrap.servers",
            "security.protocol",
            "linger.ms",
            "metadata.max.age.ms",
            "max.request.size");
    assertThat(withoutTimeouts(config.admin(Map.of(), Map.of())))
        .containsOnlyKeys("bootstrap.servers", "security.protocol", "metadata.max.age.ms");
    assertThat(withoutTimeouts(config.allClients(Map.of())))
        .containsOnlyKeys(
            "bootstrap.servers",
            "security.protocol",
            "session.timeout.ms",
            "linger.ms",
            "metadata.max.age.ms");
    assertThat(withoutTimeouts(config.serdeSettings()))
        .containsOnlyKeys("schema.registry.url", "basic.auth.user.info");
    assertThat(config.unknownKeys()).isEmpty();
  }

  @Test
  void givenALimitForRecords_whenAProducerIsConfigured_thenItFollowsThisLimitAlone() {
    ConnectionConfig config =
        config(Map.of("record.max.bytes", "2000000", "max.request.size", "9000000"));

    assertThat(config.producer(Map.of(), Map.of())).containsEntry("max.request.size", 2_000_000);
    assertThat(config.overruledKeys()).containsExactly("max.request.size");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65535", "16777217"})
  void givenALimitForRecordsOutOfRange_whenRead_thenItIsRefusedByName(String limit) {
    assertThatThrownBy(() -> config(Map.of("record.max.bytes", limit)))
        .hasMessageContaining("record.max.bytes")
        .hasMessageContaining("65536 to 16777216");
  }

  /** A login module or an interceptor may read a key that Kafka itself does not know. */
  @Test
  void givenAKeyThatNobodyKnows_whenRead_thenItIsReportedAndReachesEveryClient() {
    ConnectionConfig config = config(Map.of("my.login.region", "eu"));

    assertThat(config.unknownKeys()).containsExactly("my.login.region");
    assertThat(config.consumer(Map.of(), Map.of())).containsEntry("my.login.region", "eu");
    assertThat(config.producer(Map.of(), Map.of())).containsEntry("my.login.region", "eu");
    assertThat(config.admin(Map.of(), Map.of())).containsEntry("my.login.region", "eu");
    assertThat(config.allClients(Map.of())).containsEntry("my.login.region", "eu");
    assertThat(config.serdeSettings()).containsEntry("my.login.region", "eu");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto.register.schemas",
        "use.latest.version",
        "basic.auth.credentials.source",
        "bearer.auth.token",
        "schema.registry.ssl.truststore.location",
        "avro.use.logical.type.converters",
        "request.header.X-Team",
        "proxy.host"
      })
  void givenASettingOfTheSerdes_whenRead_thenItIsKnownAndTheirsAlone(String key) {
    ConnectionConfig config = config(Map.of(key, "x"));

    assertThat(config.unknownKeys()).isEmpty();
    assertThat(config.serdeSettings()).containsEntry(key, "x");
    assertThat(config.consumer(Map.of(), Map.of())).doesNotContainKey(key);
    assertThat(config.allClients(Map.of())).doesNotContainKey(key);
  }

  @ParameterizedTest
  @CsvSource({
    "bootstrap.servers, '', Kafka broker",
    "bootstrap.servers, ' ', Kafka broker",
    "bootstrap.servers, 'a:1,a:1', twice",
    "schema.registry.url, ' ', schema registry",
    "schema.registry.url, 'http://a,', schema registry",
    "schema.registry.url, 'registry:8081', http://HOST:PORT",
    "topic.prefix, a/b, topic prefix"
  })
  void givenAValueOutOfRange_whenRead_thenTheMessageNamesTheSettingAndWhatToUse(
      String key, String value, String expected) {
    assertThatThrownBy(() -> config(Map.of(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(expected);
  }

  /** A properties file keeps spaces at the end of a line, where nobody sees them. */
  @Test
  void givenSpacesAroundValues_whenRead_thenTheyDoNotMatter() {
    ConnectionConfig config =
        config(
            Map.of(
                "bootstrap.servers", " a:1 , b:2 ",
                "schema.registry.url", " http://c:3 , http://d:4 ",
                "topic.prefix", "x. "));

    assertThat(config.admin(Map.of(), Map.of())).containsEntry("bootstrap.servers", "a:1,b:2");
    assertThat(config.serdeSettings())
        .containsEntry("schema.registry.url", "http://c:3,http://d:4");
    assertThat(config.topics().prefix()).isEqualTo("x.");
  }

  @Test
  void givenUserAndPasswordInTheRegistrysAddress_whenRead_thenTheClientGetsThemApart() {
    Map<String, Object> serdes =
        config(Map.of("schema.registry.url", "http://user:hunter2@registry:8081")).serdeSettings();

    assertThat(withoutTimeouts(serdes))
        .containsOnly(
            entry("schema.registry.url", "http://registry:8081"),
            entry("basic.auth.credentials.source", "USER_INFO"),
            entry("basic.auth.user.info", "user:hunter2"));
  }

  @ParameterizedTest
  @CsvSource({
    "basic.auth.credentials.source, USER_INFO",
    "basic.auth.credentials.source, SASL_INHERIT",
    "bearer.auth.credentials.source, STATIC_TOKEN",
    "basic.auth.user.info, other:secret",
    "schema.registry.basic.auth.user.info, other:secret"
  })
  void givenCredentialsInTheAddressAndBesideIt_whenRead_thenTheyAreRefusedWithoutShowingThem(
      String key, String value) {
    Map<String, String> both =
        Map.of("schema.registry.url", "http://user:hunter2@registry:8081", key, value);

    assertThatThrownBy(() -> config(both))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("schema.registry.url", key)
        .hasMessageNotContainingAny("hunter2", "secret");
  }

  @Test
  void givenTheAddressAsTheSourceOfCredentials_whenRead_thenThoseInItAreUsed() {
    Map<String, String> explicit =
        Map.of(
            "schema.registry.url", "http://user:hunter2@registry:8081",
            "basic.auth.credentials.source", "URL");

    assertThat(config(explicit).serdeSettings())
        .containsEntry("basic.auth.credentials.source", "USER_INFO")
        .containsEntry("basic.auth.user.info", "user:hunter2");
  }

  @Test
  void givenCredentialsInheritedFromKafka_whenRead_thenTheSerdesGetTheSaslSettings() {
    Map<String, String> sasl = Map.of("sasl.mechanism", "PLAIN", "sasl.jaas.config", "x");
    Map<String, String> inheriting = new HashMap<>(sasl);
    inheriting.put("basic.auth.credentials.source", "SASL_INHERIT");

    assertThat(config(inheriting).serdeSettings()).containsAllEntriesOf(sasl);
    assertThat(config(sasl).serdeSettings()).doesNotContainKeys("sasl.mechanism");
  }

  @Test
  void givenAReferenceToAConfigProvider_whenRead_thenItIsReplacedOnceForEverybody(
      @TempDir Path folder) throws IOException {
    Path secrets = folder.resolve("secrets.properties");
    Files.writeString(secrets, "registry=u:${file:x:y}\nprefix=secret.\nkey=p4ss\n");
    Map<String, String> settings = new HashMap<>();
    settings.put("config.providers", "file");
    settings.put(
        "config.providers.file.class",
        "org.apache.kafka.common.config.provider.FileConfigProvider");
    settings.put("basic.auth.user.info", "${file:" + secrets + ":registry}");
    settings.put("topic.prefix", "${file:" + secrets + ":prefix}");
    settings.put("ssl.key.password", "${file:" + secrets + ":key}");

    ConnectionConfig config = config(settings);

    assertThat(config.topics().prefix()).isEqualTo("secret.");
    assertThat(config.serdeSettings())
        .containsEntry("basic.auth.user.info", "u:${file:x:y}")
        .doesNotContainKeys("config.providers", "config.providers.file.class");
    assertThat(config.admin(Map.of(), Map.of()))
        .containsEntry("ssl.key.password", "p4ss")
        .doesNotContainKeys("config.providers", "config.providers.file.class");
    assertThat(config.unknownKeys()).isEmpty();
  }

  @Test
  void givenDefaultsAndFixedValues_whenRead_thenWhatIsSetIsBetweenThem() {
    ConnectionConfig config = config(Map.of("linger.ms", "50", "acks", "0"));

    assertThat(
            config.producer(
                Map.of("linger.ms", 5, "max.block.ms", 10, "fetch.min.bytes", 1),
                Map.of("acks", "all")))
        .doesNotContainKey("fetch.min.bytes")
        .contains(
            entry("bootstrap.servers", "one:9092,two:9092"),
            entry("linger.ms", "50"),
            entry("max.block.ms", 10),
            entry("max.request.size", 1 << 20),
            entry("acks", "all"));
  }

  @Test
  void givenAGroupAndATransaction_whenClientsStandAlone_thenTheyAreInNeither() {
    ConnectionConfig config =
        config(
            Map.of(
                "group.id", "g",
                "group.instance.id", "i",
                "group.protocol", "consumer",
                "transactional.id", "t"));

    assertThat(config.consumer(Map.of(), Map.of())).containsEntry("group.id", "g");
    assertThat(config.consumerOutsideAnyGroup(Map.of(), Map.of()))
        .doesNotContainKeys("group.id", "group.instance.id", "group.protocol");
    assertThat(config.producer(Map.of(), Map.of())).doesNotContainKey("transactional.id");
    assertThat(config.producer(Map.of(), Map.of("transactional.id", "own")))
        .containsEntry("transactional.id", "own");
  }

  @Test
  void givenAService_whenRead_thenItsKeysAreKnownAndItsFixedOnesOverruled() {
    ConnectionConfig config =
        new ConnectionConfig(
            Setting.definition(ConnectionSettings.all()),
            with(Map.of("acks", "0", "streams.like", "1", "misspelt", "2")),
            Set.of("acks", "isolation.level"),
            "streams.like"::equals);

    assertThat(config.overruledKeys()).containsExactly("acks");
    assertThat(config.unknownKeys()).containsExactly("misspelt");
    assertThat(config.allClients(Map.of())).containsEntry("streams.like", "1");
    assertThat(config.admin(Map.of(), Map.of())).doesNotContainKey("streams.like");
  }

  @Test
  void givenWhatAnAdminClientIsGiven_whenItReadsIt_thenItIsValid() {
    assertThat(
            new AdminClientConfig(
                    config(Map.of("security.protocol", "SSL")).admin(Map.of(), Map.of()))
                .getString("security.protocol"))
        .isEqualTo("SSL");
  }

  @Test
  void givenNoResponseTimeout_whenRead_thenClientsHaveTheirOwnDefaults() {
    ConnectionConfig config = config(Map.of());

    assertDefaults(ConsumerConfig.configDef(), config.consumer(Map.of(), Map.of()));
    assertDefaults(ProducerConfig.configDef(), config.producer(Map.of(), Map.of()));
    assertDefaults(AdminClientConfig.configDef(), config.admin(Map.of(), Map.of()));
    assertThat(config.serdeSettings())
        .contains(entry("http.connect.timeout.ms", 60_000), entry("http.read.timeout.ms", 60_000));
  }

  private static void assertDefaults(ConfigDef definition, Map<String, Object> client) {
    assertThat(client).containsKey("request.timeout.ms");
    client.forEach(
        (key, value) -> {
          if (key.contains("timeout") || key.equals("max.block.ms")) {
            assertThat(value).as(key).hasToString(definition.defaultValues().get(key).toString());
          }
        });
  }

  @Test
  void givenAResponseTimeout_whenRead_thenEveryClientFollowsItUnlessItsOwnIsSet() {
    ConnectionConfig config =
        config(
            Map.of(
                "response.timeout.ms", "300000",
                "max.block.ms", "7000",
                "schema.registry.http.read.timeout.ms", "8000"));

    assertThat(config.consumer(Map.of(), Map.of()))
        .contains(entry("default.api.timeout.ms", 300_000), entry("request.timeout.ms", 150_000))
        .doesNotContainKey("response.timeout.ms");
    assertThat(config.producer(Map.of(), Map.of()))
        .contains(entry("delivery.timeout.ms", 600_000), entry("max.block.ms", "7000"));
    assertThat(config.allClients(Map.of()))
        .contains(entry("default.api.timeout.ms", 300_000), entry("max.block.ms", "7000"));
    assertThat(config.serdeSettings())
        .contains(
            entry("http.connect.timeout.ms", 300_000),
            entry("schema.registry.http.read.timeout.ms", "8000"))
        .doesNotContainKey("http.read.timeout.ms");
    assertThat(config.unknownKeys()).isEmpty();
  }

  private static Map<String, Object> withoutTimeouts(Map<String, Object> client) {
    Map<String, Object> others = new HashMap<>(client);
    others.keySet().removeIf(key -> key.contains("timeout.ms") && !key.contains("session"));
    others.remove("max.block.ms");
    return others;
  }

  private static ConnectionConfig config(Map<String, String> more) {
    return new ConnectionConfig(with(more));
  }

  private static Map<String, String> with(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(NEEDED);
    settings.putAll(more);
    return settings;
  }
}
