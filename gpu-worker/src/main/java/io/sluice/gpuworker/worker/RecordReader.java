package io.sluice.gpuworker.worker;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDe;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the raw bytes of one topic's records, and keeps apart what is the record's fault (it is
 * unreadable, now and ever) from what is the registry's (it does not answer).
 *
 * <p>Not thread-safe.
 *
 * @param <T> the record type of the values
 */
final class RecordReader<T extends SpecificRecord> {
  /** A zero byte, then the schema id in four bytes. */
  private static final int HEADER_BYTES = 5;

  private static final int NOT_FOUND = 404;

  private final Class<T> type;
  private final Deserializer<SpecificRecord> deserializer;
  private final AbstractKafkaSchemaSerDe registry;

  RecordReader(Class<T> type, AvroSerdes serdes) {
    this.type = type;
    this.deserializer = serdes.<SpecificRecord>value().deserializer();
    if (!(deserializer instanceof AbstractKafkaSchemaSerDe schemas)) {
      throw new IllegalArgumentException("the serdes do not use a schema registry");
    }
    this.registry = schemas;
  }

  /** What a record holds. */
  sealed interface Content<T> {}

  /**
   * A key and a value.
   *
   * @param key the key as text
   * @param value the value
   */
  record Valued<T>(String key, T value) implements Content<T> {}

  /**
   * A key without a value.
   *
   * @param key the key as text
   */
  record Tombstone<T>(String key) implements Content<T> {}

  /**
   * Nothing to work with.
   *
   * @param fault why, in one word
   * @param reason why, for people
   */
  record Unreadable<T>(Fault fault, String reason) implements Content<T> {
    /** Bytes that cannot be read. */
    Unreadable(String reason) {
      this(Fault.UNREADABLE, reason);
    }
  }

  /**
   * Reads a record.
   *
   * @throws ServiceFailure when the schema registry does not answer
   */
  Content<T> read(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return new Unreadable<>("the record has no key");
    }
    String key;
    try {
      key = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record.key())).toString();
    } catch (CharacterCodingException e) {
      return new Unreadable<>("the key is not UTF-8 text");
    }
    return record.value() == null
        ? new Tombstone<>(key)
        : readValue(key, record.topic(), record.value());
  }

  private Content<T> readValue(String key, String topic, byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
      return new Unreadable<>("the value is not Avro with the id of a registered schema");
    }
    int schemaId = ByteBuffer.wrap(bytes).getInt(1);
    if (!isRegistered(topic, schemaId)) {
      return new Unreadable<>("the value's schema " + schemaId + " is not in the schema registry");
    }
    SpecificRecord value;
    try {
      value = deserializer.deserialize(topic, bytes);
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (KafkaException e) {
      return new Unreadable<>("the value cannot be decoded: " + rootMessage(e));
    } catch (ClassCastException e) {
      return new Unreadable<>("the value is not a record");
    }
    return type.isInstance(value)
        ? new Valued<>(key, type.cast(value))
        : new Unreadable<>(
            "the value is a " + value.getSchema().getName() + ", not a " + type.getSimpleName());
  }

  /** Asked apart from decoding, whose exceptions do not tell an outage from a bad record. */
  private boolean isRegistered(String topic, int schemaId) {
    try {
      registry.getSchemaRegistryClient().getSchemaBySubjectAndId(topic + "-value", schemaId);
      return true;
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return false;
      }
      throw unreachable(e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private static ServiceFailure unreachable(Exception cause) {
    return new ServiceFailure(
        "the schema registry does not answer: check schema.registry.url and its credentials ("
            + cause.getMessage()
            + ")",
        cause);
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
