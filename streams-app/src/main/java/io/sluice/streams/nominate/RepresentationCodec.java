package io.sluice.streams.nominate;

import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.deadletter.InvalidRecordException;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;

/**
 * Decodes records of the representations topic.
 *
 * <p>Kafka Streams delivers the undecoded bytes of the topic, because a value that cannot be
 * decoded still has a key, whose candidate it withdraws.
 */
final class RepresentationCodec {
  private final String topic;
  private final Serde<RepresentationKey> keys;
  private final Serde<Representation> values;

  RepresentationCodec(String topic, AvroSerdes avro) {
    this.topic = topic;
    this.keys = avro.key(RepresentationKey.class);
    this.values = avro.value(Representation.class);
  }

  /** The bytes of a key. */
  Bytes encodedKey(RepresentationKey key) {
    return Bytes.wrap(keys.serializer().serialize(topic, key));
  }

  /**
   * Decodes a record of the topic.
   *
   * @param value null for a retraction
   * @return a {@link ShardInput.RepresentationRefused} when the key can be decoded but the value
   *     cannot be used
   * @throws InvalidRecordException when the key cannot be decoded
   */
  ShardInput decode(Bytes key, byte[] value) {
    RepresentationKey decodedKey = decodeKey(key);
    if (value == null) {
      return new ShardInput.CandidateRetracted(decodedKey);
    }
    try {
      return new ShardInput.CandidateRepresented(decodeValue(decodedKey, value));
    } catch (InvalidRecordException e) {
      return new ShardInput.RepresentationRefused(decodedKey, e.getMessage());
    }
  }

  /** An earlier representation; empty when it is none, or breaks the contract. */
  Optional<Representation> decodeStored(PartitionReader.Entry entry) {
    try {
      return entry.value().isPresent()
          ? Optional.of(decodeValue(decodeKey(entry.key()), entry.value().get()))
          : Optional.empty();
    } catch (InvalidRecordException e) {
      return Optional.empty();
    }
  }

  private RepresentationKey decodeKey(Bytes key) {
    return decode(RepresentationKey.class, keys.deserializer(), key.get());
  }

  private Representation decodeValue(RepresentationKey key, byte[] value) {
    Representation representation = decode(Representation.class, values.deserializer(), value);
    RecordChecks.representation(key, representation);
    return representation;
  }

  private <T> T decode(Class<T> type, Deserializer<T> deserializer, byte[] bytes) {
    try {
      return deserializer.deserialize(topic, bytes);
    } catch (RuntimeException e) {
      // Avro has no common type for what malformed bytes can cause.
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      throw new InvalidRecordException(
          "not a readable " + type.getSimpleName() + ": " + e.getMessage());
    }
  }
}
