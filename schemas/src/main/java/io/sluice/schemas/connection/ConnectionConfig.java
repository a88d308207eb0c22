package io.sluice.schemas.connection;

import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Checked settings, and the settings of each client that follow from them.
 *
 * <p>Every configuration has the {@link ConnectionSettings}; services extend this class with
 * settings of their own. All other keys belong to the Kafka clients or to the Avro serdes and are
 * passed on to those that know them. References to config providers, such as <code>
 * ${file:/secrets:password}</code>, are replaced once, before anything is read. Only keys are ever
 * logged or shown, no values, since values may be secrets.
 */
public class ConnectionConfig {
  private static final String USER_INFO = "basic.auth.user.info";
  private static final String USER_INFO_OLD = "schema.registry.basic.auth.user.info";
  private static final String BASIC_SOURCE = "basic.auth.credentials.source";
  private static final String BEARER_SOURCE = "bearer.auth.credentials.source";

  private static final Set<String> GROUP_KEYS =
      Set.of(
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
          ConsumerConfig.GROUP_PROTOCOL_CONFIG,
          ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG);

  private final Map<String, ?> values;
  private final Map<String, Object> originals;
  private final ClientSettings clients;
  private final Set<String> fixedKeys;

  /**
   * Checks the settings of a connection that does not belong to a service.
   *
   * @param settings values by key: texts as in a properties file, or already of the right type
   * @throws ConfigException when a setting is missing or out of its range; the message names it
   */
  public ConnectionConfig(Map<String, ?> settings) {
    this(Setting.definition(ConnectionSettings.all()), settings, Set.of(), key -> false);
  }

  /**
   * Checks the settings of a service.
   *
   * @param definition the service's settings, {@link ConnectionSettings} among them
   * @param settings values by key: texts as in a properties file, or already of the right type
   * @param fixedKeys keys of clients whose values the service fixes, whatever is set
   * @param knownToService whether a key that neither the definition nor a client knows still has a
   *     meaning for the service
   * @throws ConfigException when a setting is missing or out of its range; the message names it
   */
  protected ConnectionConfig(
      ConfigDef definition,
      Map<String, ?> settings,
      Set<String> fixedKeys,
      Predicate<String> knownToService) {
    AbstractConfig checked = new AbstractConfig(definition, settings, false);
    this.values = checked.values();
    this.originals = checked.originals();
    this.clients = new ClientSettings(originals, definition.names(), knownToService);
    Set<String> allFixed = new HashSet<>(fixedKeys);
    // One limit holds for all components: record.max.bytes.
    allFixed.add(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
    this.fixedKeys = Set.copyOf(allFixed);
    requireOneSourceOfCredentials();
  }

  /** Otherwise the registry's client would ignore those in the address. */
  private void requireOneSourceOfCredentials() {
    if (get(ConnectionSettings.SCHEMA_REGISTRY_URL).userInfo().isEmpty()) {
      return;
    }
    for (String key : List.of(BASIC_SOURCE, BEARER_SOURCE, USER_INFO, USER_INFO_OLD)) {
      if (originals.containsKey(key) && !"URL".equals(originals.get(key))) {
        throw new ConfigException(
            String.format(
                "%s contains a user and a password although %s is set: give the credentials of the"
                    + " schema registry in one of them only",
                ConnectionSettings.SCHEMA_REGISTRY_URL.key(), key));
      }
    }
  }

  /** The value of a setting that the definition of this configuration contains. */
  public final <T> T get(Setting<T> setting) {
    return setting.in(values);
  }

  /** The names of the topics. */
  public final Topics topics() {
    return get(ConnectionSettings.TOPIC_PREFIX);
  }

  /** The size of the largest record. */
  public final RecordLimit recordLimit() {
    return get(ConnectionSettings.RECORD_MAX_BYTES);
  }

  /**
   * The failure to report to users when a call of a Kafka client has failed.
   *
   * @return if the call timed out, a failure whose message distinguishes brokers that are slow from
   *     brokers that are not there; otherwise the failure itself
   */
  public final KafkaException explain(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TimeoutException) {
        return brokers().noResponse(get(ConnectionSettings.RESPONSE_TIMEOUT), cause);
      }
    }
    return failure;
  }

  /** The brokers to which clients connect first. */
  final BrokerAddresses brokers() {
    return new BrokerAddresses(get(ConnectionSettings.BOOTSTRAP_SERVERS));
  }

  /** Everything that was set, Sluice's own settings included; for a changed copy. */
  protected final Map<String, Object> originals() {
    return new HashMap<>(originals);
  }

  /** Keys that neither Sluice nor the Kafka clients nor the serdes know. */
  public final SortedSet<String> unknownKeys() {
    return clients.unknownKeys();
  }

  /** Keys that are set without effect, since what the service guarantees fixes their values. */
  public final SortedSet<String> overruledKeys() {
    SortedSet<String> overruled = new TreeSet<>(clients.keys());
    overruled.retainAll(fixedKeys);
    return Collections.unmodifiableSortedSet(overruled);
  }

  /**
   * The settings of a consumer.
   *
   * @param defaults hold unless something else is set; those that no consumer knows are left out
   * @param fixed win over everything that is set
   */
  public final Map<String, Object> consumer(Map<String, ?> defaults, Map<String, ?> fixed) {
    return client(ConsumerConfig.configNames(), defaults, fixed);
  }

  /** The same for a consumer that assigns its partitions itself and is in no group. */
  public final Map<String, Object> consumerOutsideAnyGroup(
      Map<String, ?> defaults, Map<String, ?> fixed) {
    Map<String, Object> all = consumer(defaults, fixed);
    all.keySet().removeAll(GROUP_KEYS);
    return all;
  }

  /**
   * The settings of a producer.
   *
   * @param defaults hold unless something else is set; those that no producer knows are left out
   * @param fixed win over everything that is set
   */
  public final Map<String, Object> producer(Map<String, ?> defaults, Map<String, ?> fixed) {
    Map<String, Object> all = client(ProducerConfig.configNames(), defaults, Map.of());
    // Whoever writes in transactions names them itself.
    all.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    all.putAll(fixed);
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, recordLimit().bytes());
    return all;
  }

  /**
   * The settings of an admin client.
   *
   * @param defaults hold unless something else is set; those that no admin client knows are left
   *     out
   * @param fixed win over everything that is set
   */
  public final Map<String, Object> admin(Map<String, ?> defaults, Map<String, ?> fixed) {
    return client(AdminClientConfig.configNames(), defaults, fixed);
  }

  /**
   * Everything that a framework over the Kafka clients needs in order to configure them itself.
   *
   * @param defaults hold unless something else is set, also where the response timeout sets them
   */
  public final Map<String, Object> allClients(Map<String, ?> defaults) {
    Map<String, Object> all = get(ConnectionSettings.RESPONSE_TIMEOUT).kafkaClients();
    all.putAll(defaults);
    all.putAll(clients.butThoseOfSerdes());
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers().toString());
    return all;
  }

  /** Serdes of the schema registry; each call opens connections of its own. */
  public final AvroSerdes serdes() {
    return new AvroSerdes(serdeSettings());
  }

  /**
   * The same for a service, which outlives an outage of the registry: they block and repeat a
   * request until the response timeout has passed.
   */
  public final AvroSerdes patientSerdes() {
    return new AvroSerdes(serdeSettings(), get(ConnectionSettings.RESPONSE_TIMEOUT).duration());
  }

  /** The settings of the Avro serdes. The registry's address is without user and password. */
  final Map<String, Object> serdeSettings() {
    Map<String, Object> all = clients.ofSerdes();
    RegistryAddress registry = get(ConnectionSettings.SCHEMA_REGISTRY_URL);
    all.put(ConnectionSettings.SCHEMA_REGISTRY_URL.key(), registry.url());
    if (registry.userInfo().isPresent()) {
      all.put(BASIC_SOURCE, "USER_INFO");
      all.put(USER_INFO, registry.userInfo().map(Password::value).orElseThrow());
    }
    return get(ConnectionSettings.RESPONSE_TIMEOUT).addTo(all);
  }

  private Map<String, Object> client(
      Set<String> names, Map<String, ?> defaults, Map<String, ?> fixed) {
    Map<String, Object> all = get(ConnectionSettings.RESPONSE_TIMEOUT).kafkaClients();
    all.putAll(defaults);
    all.keySet().retainAll(names);
    all.putAll(clients.of(names));
    all.putAll(fixed);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers().toString());
    return all;
  }
}
