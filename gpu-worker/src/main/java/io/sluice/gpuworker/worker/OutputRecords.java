package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.Topics;
import java.util.function.ToIntFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Creates the records that the worker publishes: encoded, and assigned to the partition of their
 * candidate or task.
 *
 * <p>Not thread-safe.
 */
final class OutputRecords {
  private final Target<RepresentationKey, Representation> representations;
  private final Target<QueryRepresentationKey, QueryRepresentation> queryRepresentations;

  /**
   * Creates records for topics.
   *
   * @param topics the topics
   * @param partitions the partition count of a topic, by name
   * @param serdes the encodings
   */
  OutputRecords(Topics topics, ToIntFunction<String> partitions, AvroSerdes serdes) {
    this.representations = Target.of(topics.representations(), partitions, serdes);
    this.queryRepresentations = Target.of(topics.queryRepresentations(), partitions, serdes);
  }

  ProducerRecord<byte[], byte[]> representation(Representation value) {
    String candidateId = value.getCandidate().getId();
    return representations.put(
        candidateId, new RepresentationKey(value.getRepresentationId(), candidateId), value);
  }

  ProducerRecord<byte[], byte[]> retraction(String representationId, String candidateId) {
    return representations.remove(
        candidateId, new RepresentationKey(representationId, candidateId));
  }

  /** Queries of a companion are in the partition of their task, where they are looked for. */
  ProducerRecord<byte[], byte[]> queryRepresentation(QueryRepresentation value) {
    return queryRepresentations.put(
        Companions.taskId(value.getTaskId()),
        new QueryRepresentationKey(value.getTaskId(), value.getRevision(), value.getQueryIndex()),
        value);
  }

  ProducerRecord<byte[], byte[]> queryRetraction(QueryRepresentationKey key) {
    return queryRepresentations.remove(Companions.taskId(key.getTaskId()), key);
  }

  /** One topic of the output, with its serializers. */
  private record Target<K extends SpecificRecord, V extends SpecificRecord>(
      String topic, int partitions, Serializer<K> keys, Serializer<V> values) {

    static <K extends SpecificRecord, V extends SpecificRecord> Target<K, V> of(
        String topic, ToIntFunction<String> partitions, AvroSerdes serdes) {
      return new Target<>(
          topic,
          partitions.applyAsInt(topic),
          serdes.<K>key().serializer(),
          serdes.<V>value().serializer());
    }

    ProducerRecord<byte[], byte[]> put(String partitionedBy, K key, V value) {
      return record(partitionedBy, encode(keys, key), encode(values, value));
    }

    ProducerRecord<byte[], byte[]> remove(String partitionedBy, K key) {
      return record(partitionedBy, encode(keys, key), null);
    }

    private ProducerRecord<byte[], byte[]> record(String partitionedBy, byte[] key, byte[] value) {
      int partition = KeyPartitions.partitionFor(partitionedBy, partitions);
      return new ProducerRecord<>(topic, partition, key, value);
    }

    private <T> byte[] encode(Serializer<T> serializer, T data) {
      try {
        return serializer.serialize(topic, data);
      } catch (KafkaException e) {
        throw new ServiceFailure(
            "a record for "
                + topic
                + " cannot be encoded: check that the schema registry responds and that it holds"
                + " schemas compatible with this version of Sluice ("
                + e.getMessage()
                + ")",
            e);
      }
    }
  }
}
