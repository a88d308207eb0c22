package io.sluice.gpuworker.trainer;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RegistryOutage;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the values of one topic.
 *
 * <p>Not thread-safe.
 *
 * @param <T> the type of the values
 */
final class RecordValues<T extends SpecificRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(RecordValues.class);

  private final Deserializer<T> deserializer;

  RecordValues(Class<T> type, AvroSerdes serdes) {
    deserializer = serdes.value(type).deserializer();
  }

  /**
   * Reads a value.
   *
   * @return the value; empty when it cannot be decoded, which is logged
   * @throws ServiceFailure when the schema registry does not respond
   */
  Optional<T> read(String topic, byte[] value) {
    try {
      return Optional.of(decode(topic, value));
    } catch (SerializationException e) {
      LOG.atWarn()
          .addKeyValue("topic", topic)
          .addKeyValue("reason", e.getMessage())
          .log("Unreadable record passed over");
      return Optional.empty();
    }
  }

  /**
   * Reads a value.
   *
   * @throws SerializationException when it cannot be decoded; the message is for people
   * @throws ServiceFailure when the schema registry does not respond
   */
  T decode(String topic, byte[] value) {
    try {
      return deserializer.deserialize(topic, value);
    } catch (SerializationException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw new ServiceFailure("the schema registry " + RegistryOutage.describe(e), e);
      }
      throw e;
    }
  }
}
