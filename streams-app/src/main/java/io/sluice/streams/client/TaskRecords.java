package io.sluice.streams.client;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.RecordKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;

/**
 * What the records of one task come to, as the services take them: a record counts if its revision
 * is higher than that of the task so far. Of two records with the same revision, the first counts.
 *
 * <p>Not safe for use by several threads.
 */
final class TaskRecords implements Consumer<ConsumerRecord<byte[], byte[]>> {
  private final String taskId;
  private final LastValues<String, TargetTask> counting;
  private Optional<Long> lastOffset = Optional.empty();
  private long records;
  private long end;

  /**
   * Begins without a record.
   *
   * @param serde reads values of the topic of target tasks
   */
  TaskRecords(String taskId, Serde<TargetTask> serde) {
    this.taskId = taskId;
    this.counting = new LastValues<>(RecordKeys.text(), serde, this::counts);
  }

  private boolean counts(String key, TargetTask task) {
    return key.equals(taskId)
        && key.equals(task.getTaskId())
        && current().map(known -> task.getRevision() > known.getRevision()).orElse(true);
  }

  /** Takes the next record of the partition; those of other tasks change nothing. */
  @Override
  public void accept(ConsumerRecord<byte[], byte[]> record) {
    counting.accept(record);
    if (Arrays.equals(record.key(), taskId.getBytes(StandardCharsets.UTF_8))) {
      lastOffset = Optional.of(record.offset());
    }
    records++;
  }

  /** Notes that all records of the partition before an offset have been given. */
  void reached(long offset) {
    end = offset;
  }

  /** The task; empty when there is none, or it was removed. */
  Optional<TargetTask> current() {
    return Optional.ofNullable(counting.byKey().get(taskId));
  }

  /** Whether another record with the revision of a task, or a higher one, has come before it. */
  boolean haveOvertaken(TargetTask task) {
    return current()
        .filter(known -> known.getRevision() >= task.getRevision() && !known.equals(task))
        .isPresent();
  }

  /**
   * The revision after that of the task. For a task that was removed, it is above all its old ones,
   * because records about an old revision may still be stored or on their way. Every revision is a
   * record in the partition of the task, and their numbers rise by one, so that none is above the
   * offset of the task's last record. If the partition has no record of the task, compaction may
   * have removed that record, unless no offset of the partition is missing.
   */
  int nextRevision() {
    return 1 + current().map(TargetTask::getRevision).orElseGet(this::highestBefore);
  }

  private int highestBefore() {
    return Math.toIntExact(lastOffset.orElse(records == end ? 0 : end - 1));
  }
}
