package io.sluice.schemas.serde;

import io.sluice.schemas.topic.RecordLimit;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Serdes whose deserializers refuse values that could not be written to another topic again. A
 * broker measures a batch as it was compressed, so that a record of a foreign producer can be far
 * larger than {@code record.max.bytes}.
 */
public final class BoundedValues {
  /** The longest key, and Kafka's framing, generously. */
  private static final int ROOM_BYTES = RecordKeys.MAX_BYTES + 1024;

  private BoundedValues() {}

  /**
   * The same serde, whose deserializer throws a {@code SerializationException} for a value that,
   * with the headers of its record and a key, takes more than the limit.
   */
  public static <V> Serde<V> of(Serde<V> serde, RecordLimit limit) {
    return Serdes.serdeFrom(serde.serializer(), new Bounded<>(serde.deserializer(), limit));
  }

  /** The largest value, in bytes, that is accepted in a record without headers. */
  public static int maxBytes(RecordLimit limit) {
    return limit.bytes() - ROOM_BYTES;
  }

  private record Bounded<V>(Deserializer<V> deserializer, RecordLimit limit)
      implements Deserializer<V> {
    @Override
    public V deserialize(String topic, byte[] bytes) {
      requireFits(bytes == null ? 0 : bytes.length);
      return deserializer.deserialize(topic, bytes);
    }

    @Override
    public V deserialize(String topic, Headers headers, byte[] bytes) {
      long size = bytes == null ? 0 : bytes.length;
      for (Header header : headers) {
        // In UTF-8, a character of the name takes at most three bytes.
        size += 3L * header.key().length() + (header.value() == null ? 0 : header.value().length);
      }
      requireFits(size);
      return deserializer.deserialize(topic, headers, bytes);
    }

    private void requireFits(long size) {
      if (size > maxBytes(limit)) {
        throw new SerializationException(
            "value and headers take %d bytes, and with a key more than record.max.bytes (%d)"
                .formatted(size, limit.bytes()));
      }
    }
  }
}
