package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.serde.RegistryOutage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the task's partition of the query representations from its start to its end.
 *
 * <p>The worker therefore keeps no state about what it or an earlier worker has published. The
 * price is one pass over one partition each time that a task changes, which is rare.
 */
final class QueryTopicScan implements PublishedQueries {
  private final PartitionScan scan;
  private final Deserializer<QueryRepresentationKey> keys;

  /**
   * A scan of the topic of query representations.
   *
   * @param keys throws a {@link SerializationException} for whatever is not such a key
   */
  QueryTopicScan(PartitionScan scan, Deserializer<QueryRepresentationKey> keys) {
    this.scan = scan;
    this.keys = keys;
  }

  @Override
  public List<QueryRepresentationKey> of(String taskId) {
    Set<QueryRepresentationKey> published = new LinkedHashSet<>();
    try {
      scan.visit(
          taskId,
          record -> {
            collect(record, taskId, published);
            return true;
          });
      return List.copyOf(published);
    } catch (KafkaException e) {
      throw new ServiceFailure(
          "the queries published for task "
              + taskId
              + " cannot be read from "
              + scan.topic()
              + " ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private void collect(
      ConsumerRecord<byte[], byte[]> record, String taskId, Set<QueryRepresentationKey> published) {
    Optional<QueryRepresentationKey> key =
        read(record).filter(each -> Companions.taskId(each.getTaskId()).equals(taskId));
    if (record.value() == null) {
      key.ifPresent(published::remove);
    } else {
      key.ifPresent(published::add);
    }
  }

  /** A key that cannot be decoded was not written by a worker, so no worker retracts it. */
  private Optional<QueryRepresentationKey> read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(keys.deserialize(scan.topic(), record.key()));
    } catch (SerializationException e) {
      if (RegistryOutage.isCauseOf(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
