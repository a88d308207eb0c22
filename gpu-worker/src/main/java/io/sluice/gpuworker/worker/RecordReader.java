package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryUnavailableException;
import io.sluice.schemas.serde.ValueReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads the raw bytes of one topic's records, and keeps apart what is the record's fault (it is
 * unreadable, now and ever) from what is the registry's (it does not answer).
 *
 * <p>Not thread-safe.
 *
 * @param <T> the record type of the values
 */
final class RecordReader<T extends SpecificRecord> {
  private final ValueReader<T> values;

  RecordReader(Class<T> type, AvroSerdes serdes) {
    this.values = serdes.valueReader(type);
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
    try {
      return new Valued<>(key, values.read(topic, bytes));
    } catch (SerializationException e) {
      return new Unreadable<>(e.getMessage());
    } catch (RegistryUnavailableException e) {
      throw new ServiceFailure(
          "the schema registry does not answer: check schema.registry.url and its credentials ("
              + e.getMessage()
              + ")",
          e);
    }
  }
}
