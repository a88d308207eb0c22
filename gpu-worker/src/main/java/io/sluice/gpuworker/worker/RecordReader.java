package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.schemas.serde.RegistryUnavailableException;
import io.sluice.schemas.serde.ValueReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Decodes the records of one topic. It tells apart records that can never be decoded, which are
 * returned as {@link Unreadable}, from an outage of the schema registry, which is thrown.
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

  /** The content of a record. */
  sealed interface Content<T> {
    /** Calls the one of these that takes this kind of content, and returns its result. */
    <R> R match(
        Function<Valued<T>, R> valued,
        Function<Tombstone<T>, R> tombstone,
        Function<Unreadable<T>, R> unreadable);
  }

  /**
   * A key and a value.
   *
   * @param key the key as text
   * @param value the value
   */
  record Valued<T>(String key, T value) implements Content<T> {
    @Override
    public <R> R match(
        Function<Valued<T>, R> valued,
        Function<Tombstone<T>, R> tombstone,
        Function<Unreadable<T>, R> unreadable) {
      return valued.apply(this);
    }
  }

  /**
   * A key without a value.
   *
   * @param key the key as text
   */
  record Tombstone<T>(String key) implements Content<T> {
    @Override
    public <R> R match(
        Function<Valued<T>, R> valued,
        Function<Tombstone<T>, R> tombstone,
        Function<Unreadable<T>, R> unreadable) {
      return tombstone.apply(this);
    }
  }

  /**
   * A record that cannot be used.
   *
   * @param key the key as text; empty when there is none, or when it is not text
   * @param fault the kind of reason
   * @param reason the reason, for people
   */
  record Unreadable<T>(Optional<String> key, Fault fault, String reason) implements Content<T> {
    /** A record without a key that can be read. */
    Unreadable(String reason) {
      this(Optional.empty(), Fault.UNREADABLE, reason);
    }

    @Override
    public <R> R match(
        Function<Valued<T>, R> valued,
        Function<Tombstone<T>, R> tombstone,
        Function<Unreadable<T>, R> unreadable) {
      return unreadable.apply(this);
    }
  }

  /**
   * Decodes a record.
   *
   * @throws ServiceFailure when the schema registry does not respond
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
      return new Unreadable<>(Optional.of(key), Fault.UNREADABLE, e.getMessage());
    } catch (RegistryUnavailableException e) {
      throw new ServiceFailure("the schema registry " + RegistryOutage.describe(e), e);
    }
  }
}
