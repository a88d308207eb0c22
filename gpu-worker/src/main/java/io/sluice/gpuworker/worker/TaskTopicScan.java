package io.sluice.gpuworker.worker;

import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.worker.RecordReader.Content;
import io.sluice.schemas.TargetTask;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Reads the task's partition of the target tasks to its end, because the worker has read it only up
 * to the record that it works on. Not thread-safe.
 */
final class TaskTopicScan implements RevisionsPutAgain {
  private final PartitionScan scan;
  private final RecordReader<TargetTask> reader;

  /** A scan of the topic of target tasks. */
  TaskTopicScan(PartitionScan scan, RecordReader<TargetTask> reader) {
    this.scan = scan;
    this.reader = reader;
  }

  @Override
  public OptionalInt after(String taskId, long removal) {
    byte[] key = taskId.getBytes(StandardCharsets.UTF_8);
    List<Integer> revisions = new ArrayList<>();
    try {
      scan.visit(
          taskId,
          record -> {
            if (record.offset() > removal && Arrays.equals(record.key(), key)) {
              revision(record, taskId).ifPresent(revisions::add);
            }
            return true;
          });
    } catch (KafkaException e) {
      throw new ServiceFailure(
          "the revisions of task %s cannot be read from %s (%s)"
              .formatted(taskId, scan.topic(), e.getMessage()),
          e);
    }
    return revisions.stream().mapToInt(revision -> revision).min();
  }

  /** A record that is no task has no revision: it becomes a dead letter when its turn comes. */
  private OptionalInt revision(ConsumerRecord<byte[], byte[]> record, String taskId) {
    Content<TargetTask> content = reader.read(record);
    return content.match(
        valued ->
            valued.value().getTaskId().equals(taskId)
                ? OptionalInt.of(valued.value().getRevision())
                : OptionalInt.empty(),
        tombstone -> OptionalInt.empty(),
        unreadable -> OptionalInt.empty());
  }
}
