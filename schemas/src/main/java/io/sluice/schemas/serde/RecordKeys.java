package io.sluice.schemas.serde;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Serdes of keys that other producers may have written. Kafka's own return null where a record has
 * no key, and replace what is not UTF-8 by a placeholder, so that the key would be another one.
 */
public final class RecordKeys {
  /** The longest key that is accepted, in bytes; ids take at most 1,024. */
  public static final int MAX_BYTES = 4096;

  private RecordKeys() {}

  /**
   * A serde of ids. Its deserializer throws a {@code SerializationException} for a missing key, for
   * one that is not UTF-8 text, and for one that is longer than {@link #MAX_BYTES}.
   */
  public static Serde<String> text() {
    return Serdes.serdeFrom(
        Serdes.String().serializer(), required((topic, bytes) -> decodeStrictly(bytes)));
  }

  /**
   * The same serde, whose deserializer throws a {@code SerializationException} for a missing key
   * and for one that is longer than {@link #MAX_BYTES}.
   */
  public static <K> Serde<K> required(Serde<K> serde) {
    return Serdes.serdeFrom(serde.serializer(), required(serde.deserializer()));
  }

  private static <K> Deserializer<K> required(Deserializer<K> deserializer) {
    return (topic, bytes) -> {
      if (bytes == null) {
        throw new SerializationException("the record has no key");
      }
      if (bytes.length > MAX_BYTES) {
        throw new SerializationException(
            "the key takes %d bytes; at most %d are accepted".formatted(bytes.length, MAX_BYTES));
      }
      return deserializer.deserialize(topic, bytes);
    };
  }

  private static String decodeStrictly(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SerializationException("the key is not UTF-8 text", e);
    }
  }
}
