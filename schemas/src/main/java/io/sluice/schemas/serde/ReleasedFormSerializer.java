package io.sluice.schemas.serde;

import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Confluent's serializer, which is given each record in the form of the first release that had room
 * for it ({@link ReleasedForm}). Thread-safe, as Kafka's producer requires.
 */
final class ReleasedFormSerializer<T extends SpecificRecord> implements Serializer<T> {
  private final Serializer<Object> serializer = new KafkaAvroSerializer();
  private final Map<Class<?>, ReleasedForm> forms = new ConcurrentHashMap<>();
  private final RegistryPatience patience;

  ReleasedFormSerializer(RegistryPatience patience) {
    this.patience = patience;
  }

  @Override
  public void configure(Map<String, ?> config, boolean isKey) {
    serializer.configure(config, isKey);
  }

  @Override
  public byte[] serialize(String topic, T record) {
    if (record == null) {
      return serializer.serialize(topic, null);
    }
    ReleasedForm form =
        forms.computeIfAbsent(record.getClass(), type -> ReleasedForm.of(record.getSchema()));
    return patience.await(() -> serializer.serialize(topic, form.of(record)));
  }

  @Override
  public void close() {
    serializer.close();
  }
}
