package io.sluice.gpuworker.worker;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Decodes the records that the worker has published. */
final class Outputs {
  private final AvroSerdes serdes;

  Outputs(AvroSerdes serdes) {
    this.serdes = serdes;
  }

  static List<ProducerRecord<byte[], byte[]>> of(
      String topic, Collection<ProducerRecord<byte[], byte[]>> records) {
    return records.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  static String key(ProducerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  RepresentationKey representationKey(ProducerRecord<byte[], byte[]> record) {
    return key(record, RepresentationKey.class);
  }

  Representation representation(ProducerRecord<byte[], byte[]> record) {
    return value(record, Representation.class);
  }

  QueryRepresentationKey queryKey(ProducerRecord<byte[], byte[]> record) {
    return key(record, QueryRepresentationKey.class);
  }

  QueryRepresentation query(ProducerRecord<byte[], byte[]> record) {
    return value(record, QueryRepresentation.class);
  }

  private <T extends SpecificRecord> T key(ProducerRecord<byte[], byte[]> record, Class<T> type) {
    return type.cast(serdes.key().deserializer().deserialize(record.topic(), record.key()));
  }

  private <T extends SpecificRecord> T value(ProducerRecord<byte[], byte[]> record, Class<T> type) {
    return type.cast(serdes.value().deserializer().deserialize(record.topic(), record.value()));
  }
}
