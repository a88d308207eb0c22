package io.sluice.schemas.serde;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The one place that makes serdes: Confluent's Avro serializer and deserializer for Sluice's
 * generated records, one subject per topic (TopicNameStrategy). A record that uses no field of a
 * later release is written as the first release with room for it wrote it ({@link ReleasedForm}).
 *
 * <p>Null is a tombstone and stays null. Undecodable bytes raise Kafka's {@code
 * SerializationException}.
 */
public final class AvroSerdes {
  private final Map<String, Object> config;
  private final RegistryPatience patience;

  /**
   * Serdes that fail as soon as the schema registry does not respond to a request.
   *
   * @param config as for the other constructor
   * @throws IllegalArgumentException when {@code schema.registry.url} is missing
   */
  public AvroSerdes(Map<String, ?> config) {
    this(config, Duration.ZERO);
  }

  /**
   * Serdes that speak to a schema registry.
   *
   * @param config configuration of Confluent's serdes; {@code schema.registry.url} is needed: the
   *     address of a registry with Confluent's API, or {@code mock://NAME} for one in this JVM.
   *     Registry TLS and credentials ({@code schema.registry.ssl.*}, {@code basic.auth.*}) pass
   *     through.
   * @param patience how long serializers, and deserializers and readers of one type, block and
   *     repeat a request while the registry does not respond properly, before they fail
   * @throws IllegalArgumentException when {@code schema.registry.url} is missing
   */
  public AvroSerdes(Map<String, ?> config, Duration patience) {
    if (!(config.get("schema.registry.url") instanceof String url) || url.isBlank()) {
      throw new IllegalArgumentException(
          "schema.registry.url is missing: give the address of a schema registry, or mock://NAME");
    }
    Map<String, Object> all = new HashMap<>(config);
    all.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG, true);
    this.config = Map.copyOf(all);
    this.patience = new RegistryPatience(patience);
  }

  /** Serdes for a registry that needs no further configuration. */
  public static AvroSerdes forRegistry(String url) {
    return new AvroSerdes(Map.of("schema.registry.url", url));
  }

  /** A serde of record keys that Sluice itself wrote. */
  public <T extends SpecificRecord> Serde<T> key() {
    return serde(true);
  }

  /** A serde of record values that Sluice itself wrote. */
  public <T extends SpecificRecord> Serde<T> value() {
    return serde(false);
  }

  /**
   * A serde of record keys that reads one type only. Bytes that are no key of this type raise a
   * {@code SerializationException}, and never make the decoder allocate more memory than their own
   * size accounts for.
   */
  public <T extends SpecificRecord> Serde<T> key(Class<T> type) {
    return checked(type, true);
  }

  /**
   * A serde of record values that reads one type only. Bytes that are no value of this type raise a
   * {@code SerializationException}, and never make the decoder allocate more memory than their own
   * size accounts for.
   */
  public <T extends SpecificRecord> Serde<T> value(Class<T> type) {
    return checked(type, false);
  }

  /**
   * Returns a reader of record values of one type, for whoever must know whether a value cannot be
   * read or the registry does not answer.
   */
  public <T extends SpecificRecord> ValueReader<T> valueReader(Class<T> type) {
    return reader(type, false);
  }

  private <T extends SpecificRecord> ValueReader<T> reader(Class<T> type, boolean isKey) {
    KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
    deserializer.configure(config, isKey);
    return new ValueReader<>(type, deserializer, isKey, patience);
  }

  private <T extends SpecificRecord> Serde<T> checked(Class<T> type, boolean isKey) {
    ValueReader<T> reader = reader(type, isKey);
    return Serdes.serdeFrom(
        this.<T>serde(isKey).serializer(),
        (topic, bytes) -> bytes == null ? null : readOrFail(reader, topic, bytes));
  }

  /** Callers of a deserializer expect one type of exception; an outage stays its cause. */
  private static <T extends SpecificRecord> T readOrFail(
      ValueReader<T> reader, String topic, byte[] bytes) {
    try {
      return reader.read(topic, bytes);
    } catch (RegistryUnavailableException e) {
      throw new SerializationException(e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked") // The reader's schema is the generated class named by the record.
  private <T extends SpecificRecord> Serde<T> serde(boolean isKey) {
    Serializer<T> serializer = new ReleasedFormSerializer<>(patience);
    Deserializer<T> deserializer = (Deserializer<T>) (Deserializer<?>) new KafkaAvroDeserializer();
    serializer.configure(config, isKey);
    deserializer.configure(config, isKey);
    return Serdes.serdeFrom(serializer, deserializer);
  }
}
