package io.sluice.schemas.serde;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads the record values (or the record keys) of one type. It distinguishes values that can never
 * be read from a schema registry that does not answer at the moment; a deserializer reports both as
 * the same exception.
 *
 * <p>Before a value is decoded, its schema is fetched through the client of the deserializer, which
 * caches it, so that the registry is asked once per schema; and the lengths and counts in the value
 * are checked against its size ({@link AvroExtent}), so that no value makes the decoder allocate
 * more memory than its own bytes account for.
 *
 * <p>Not safe for use by several threads. Created by {@link AvroSerdes#valueReader}.
 *
 * @param <T> the type of the values
 */
public final class ValueReader<T extends SpecificRecord> {
  /** A zero byte, then the schema id in four bytes. */
  private static final int HEADER_BYTES = 5;

  /** How the client reports a schema without references that it has received but cannot parse. */
  private static final Pattern UNPARSABLE =
      Pattern.compile("Invalid schema .* with refs \\[\\] of type AVRO", Pattern.DOTALL);

  private final Class<T> type;
  private final KafkaAvroDeserializer deserializer;
  private final SchemaRegistryClient registry;
  private final String subjectSuffix;
  private final RegistryPatience patience;

  ValueReader(
      Class<T> type, KafkaAvroDeserializer deserializer, boolean isKey, RegistryPatience patience) {
    this.type = type;
    this.patience = patience;
    this.deserializer = deserializer;
    this.registry = deserializer.getSchemaRegistryClient();
    this.subjectSuffix = isKey ? "-key" : "-value";
  }

  /**
   * Reads a value.
   *
   * @param topic the topic of the record, whose name is part of the schema's subject
   * @param bytes the value as it is in the topic; a tombstone has none and is not read here
   * @throws SerializationException when the bytes are no value of the type; the message says why
   * @throws RegistryUnavailableException when the schema registry does not answer properly, so that
   *     it is not known whether the bytes can be read
   */
  public T read(String topic, byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
      throw new SerializationException(
          "the value is not Avro with the id of a registered schema in its first five bytes (ids in record headers are not read)");
    }
    ByteBuffer content = ByteBuffer.wrap(bytes);
    int schemaId = content.getInt(1);
    Schema schema = patience.await(() -> schema(topic, schemaId));
    AvroExtent.check(schema, content.position(HEADER_BYTES));
    Object value = decode(topic, bytes);
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw new SerializationException(
        value instanceof SpecificRecord other
            ? "the value is a " + other.getSchema().getName() + ", not a " + type.getSimpleName()
            : "the value is not a record");
  }

  private Schema schema(String topic, int schemaId) {
    try {
      ParsedSchema schema = registry.getSchemaBySubjectAndId(topic + subjectSuffix, schemaId);
      if (schema.rawSchema() instanceof Schema avro) {
        return avro;
      }
      throw notAvro(schemaId, schema.schemaType(), null);
    } catch (RestClientException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw new RegistryUnavailableException(e);
      }
      throw new SerializationException(
          "the value's schema %d is not in the schema registry (%s)"
              .formatted(schemaId, e.getMessage()),
          e);
    } catch (IOException e) {
      if (UNPARSABLE.matcher(String.valueOf(e.getMessage())).matches()) {
        throw notAvro(schemaId, "it cannot be parsed", e);
      }
      throw new RegistryUnavailableException(e);
    } catch (SerializationException e) {
      throw e;
    } catch (RuntimeException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw new RegistryUnavailableException(e);
      }
      // The client reports a schema of a type other than Avro as an illegal state.
      throw notAvro(schemaId, rootMessage(e), e);
    }
  }

  private static SerializationException notAvro(int schemaId, String why, Throwable cause) {
    return new SerializationException(
        "the value's schema %d is not an Avro schema (%s)".formatted(schemaId, why), cause);
  }

  private Object decode(String topic, byte[] bytes) {
    try {
      return deserializer.deserialize(topic, bytes);
    } catch (TimeoutException e) {
      throw new RegistryUnavailableException(e);
    } catch (RuntimeException e) {
      // Beside Kafka's exceptions these are Avro's and those of buffers that end too early.
      throw new SerializationException("the value cannot be decoded: " + rootMessage(e), e);
    }
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
