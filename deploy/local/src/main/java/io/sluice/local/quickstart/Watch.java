package io.sluice.local.quickstart;

import io.sluice.local.stack.CloseStack;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Observes the progress of the pipeline from outside, through its topics and offsets. Used by one
 * thread.
 */
final class Watch implements AutoCloseable {
  private final CloseStack parts = new CloseStack();
  private final List<TargetTask> tasks;
  private final Topics topics;
  private final String workerGroup;
  private final Admin admin;
  private final Pool pool;
  private final DeadLetterTally deadLetters;
  private final TopicTail<String, TaskStatus> statusTail;
  private final Map<String, TaskStatus> statuses = new HashMap<>();

  /**
   * Begins to observe. Dead letters count from now on.
   *
   * @param tasks the tasks as published, all with the same representation id
   * @param workerGroup the worker's consumer group
   */
  Watch(KafkaAccess kafka, List<TargetTask> tasks, String workerGroup) {
    this.tasks = List.copyOf(tasks);
    this.topics = kafka.topics();
    this.workerGroup = workerGroup;
    admin = parts.push(kafka.admin());
    pool = parts.push(new Pool(kafka, tasks.get(0).getRepresentationId()));
    deadLetters = parts.push(new DeadLetterTally(kafka));
    statusTail =
        parts.push(
            TopicTail.fromBeginning(
                kafka, topics.taskStatus(), Serdes.String(), kafka.serdes().<TaskStatus>value()));
  }

  /** Reads what was published since the last call. */
  void advance() {
    pool.advance();
    deadLetters.advance();
    statusTail.advance(
        record -> {
          if (record.value() == null) {
            statuses.remove(record.key());
          } else {
            statuses.put(record.key(), record.value());
          }
        });
  }

  /** Returns the candidates that are represented. */
  Pool pool() {
    return pool;
  }

  /** Returns the counts of dead letters. */
  DeadLetterTally deadLetters() {
    return deadLetters;
  }

  /** Returns the status of a task; empty until there is one of the task's current revision. */
  Optional<TaskStatus> status(TargetTask task) {
    return Optional.ofNullable(statuses.get(task.getTaskId()))
        .filter(status -> status.getRevision() == task.getRevision());
  }

  /** Whether the worker has committed everything that is in its input topics. */
  boolean isWorkerDone() throws InterruptedException {
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin.listConsumerGroupOffsets(workerGroup).partitionsToOffsetAndMetadata().get();
      Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
      admin
          .describeTopics(List.of(topics.candidates(), topics.targetTasks()))
          .allTopicNames()
          .get()
          .forEach(
              (topic, description) ->
                  description
                      .partitions()
                      .forEach(
                          partition ->
                              wanted.put(
                                  new TopicPartition(topic, partition.partition()),
                                  OffsetSpec.latest())));
      return admin.listOffsets(wanted).all().get().entrySet().stream()
          .allMatch(end -> end.getValue().offset() <= committed(committed, end.getKey()));
    } catch (ExecutionException e) {
      throw new KafkaException(
          "the broker cannot be asked for offsets: " + e.getCause().getMessage(), e);
    }
  }

  /**
   * Whether every represented candidate is scored for every task, or left out by its rules. If
   * {@link #isWorkerDone} was true before, the subsets are final: a status is published in one
   * transaction with the changes of the subset that it counts, so these changes can be read when
   * the status can.
   */
  boolean isAllScored() {
    advance();
    return pool.isComplete()
        && tasks.stream()
            .allMatch(
                task ->
                    status(task)
                        .filter(status -> status.getWaiting() == 0)
                        .filter(status -> judged(status) == pool.size())
                        .isPresent());
  }

  private static long judged(TaskStatus status) {
    return status.getPool()
        + status.getLeftOut().values().stream().mapToLong(Long::longValue).sum();
  }

  private static long committed(
      Map<TopicPartition, OffsetAndMetadata> offsets, TopicPartition partition) {
    return Optional.ofNullable(offsets.get(partition)).map(OffsetAndMetadata::offset).orElse(0L);
  }

  @Override
  public void close() {
    parts.close();
  }
}
