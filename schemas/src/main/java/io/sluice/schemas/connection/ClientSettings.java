package io.sluice.schemas.connection;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * Distributes the settings that are not Sluice's own: each setting goes to those clients that know
 * it. An unknown setting goes to all clients, since one of their plug-ins may read it.
 */
final class ClientSettings {
  /** Beginnings of the keys that are meant for the registry's client and its Avro serdes. */
  private static final List<String> SERDE_PREFIXES =
      List.of(
          "schema.registry.",
          "basic.auth.",
          "bearer.auth.",
          "request.header.",
          "rule.",
          "avro.",
          "specific.avro.");

  /** Further settings of the registry's client. Others of its keys are also those of Kafka. */
  private static final Set<String> REGISTRY_CLIENT_KEYS =
      Set.of(
          SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS,
          SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS,
          SchemaRegistryClientConfig.MAX_RETRIES_CONFIG,
          SchemaRegistryClientConfig.RETRIES_WAIT_MS_CONFIG,
          SchemaRegistryClientConfig.RETRIES_MAX_WAIT_MS_CONFIG);

  private static final List<String> CREDENTIALS_SOURCES =
      List.of("basic.auth.credentials.source", "bearer.auth.credentials.source");

  /** Sources of credentials that make the registry's client read the SASL settings of Kafka. */
  private static final List<String> SASL_SOURCES =
      List.of("SASL_INHERIT", "SASL_OAUTHBEARER_INHERIT");

  private static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;

  private final Map<String, Object> settings;
  private final Predicate<String> knownToService;

  /**
   * Keeps what clients may be given.
   *
   * @param settings all settings, with the references to config providers already replaced by what
   *     they refer to
   * @param own the keys of Sluice's settings, which go to no client from here
   * @param knownToService whether a key has a meaning beyond the clients, for example for Kafka
   *     Streams; such a key goes only to those clients that know it too
   */
  ClientSettings(Map<String, Object> settings, Set<String> own, Predicate<String> knownToService) {
    Map<String, Object> foreign = new HashMap<>(settings);
    foreign.keySet().removeAll(own);
    // The clients would look for references once more, in what may be a password.
    foreign.keySet().removeIf(key -> key.equals(PROVIDERS) || key.startsWith(PROVIDERS + "."));
    this.settings = Collections.unmodifiableMap(foreign);
    this.knownToService = knownToService;
  }

  /**
   * The settings of a Kafka client.
   *
   * @param names the keys that the client knows
   */
  Map<String, Object> of(Set<String> names) {
    return only(key -> names.contains(key) || isUnknown(key));
  }

  /** The settings of the Avro serdes and of the client by which they reach the registry. */
  Map<String, Object> ofSerdes() {
    boolean inheritsSasl =
        CREDENTIALS_SOURCES.stream()
            .anyMatch(key -> SASL_SOURCES.contains(settings.getOrDefault(key, "")));
    return only(
        key -> isSerdeKey(key) || isUnknown(key) || inheritsSasl && key.startsWith("sasl."));
  }

  /** All settings but those that are meant for the Avro serdes alone. */
  Map<String, Object> butThoseOfSerdes() {
    return only(key -> !isSerdeKey(key) || isKafkaKey(key));
  }

  /** The keys of all settings. */
  Set<String> keys() {
    return settings.keySet();
  }

  /** Keys that neither Sluice nor any of these clients knows. */
  SortedSet<String> unknownKeys() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(only(this::isUnknown).keySet()));
  }

  private Map<String, Object> only(Predicate<String> wanted) {
    Map<String, Object> some = new HashMap<>(settings);
    some.keySet().removeIf(wanted.negate());
    return some;
  }

  private boolean isUnknown(String key) {
    return !isSerdeKey(key) && !isKafkaKey(key) && !knownToService.test(key);
  }

  private static boolean isSerdeKey(String key) {
    return SERDE_PREFIXES.stream().anyMatch(key::startsWith)
        || REGISTRY_CLIENT_KEYS.contains(key)
        || AbstractKafkaSchemaSerDeConfig.baseConfigDef().names().contains(key);
  }

  private static boolean isKafkaKey(String key) {
    return ConsumerConfig.configNames().contains(key)
        || ProducerConfig.configNames().contains(key)
        || AdminClientConfig.configNames().contains(key);
  }
}
