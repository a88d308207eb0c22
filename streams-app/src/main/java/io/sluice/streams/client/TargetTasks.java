package io.sluice.streams.client;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.validation.TargetTaskRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serde;

/** Reads and changes the target tasks in Kafka. */
public final class TargetTasks {
  private final KafkaAccess kafka;
  private final Serde<TargetTask> serde;

  /** Creates a client; every call reads the topics anew. */
  public TargetTasks(KafkaAccess kafka) {
    this.kafka = kafka;
    this.serde = kafka.serdes().value(TargetTask.class);
  }

  /** All tasks by id, sorted by id. */
  public Map<String, TargetTask> all() {
    return new TreeMap<>(
        TopicSnapshot.ofTopic(
            kafka,
            kafka.topics().targetTasks(),
            new LastValues<>(
                RecordKeys.text(), serde, (taskId, task) -> taskId.equals(task.getTaskId()))));
  }

  /**
   * The last published status of each task, by task id; tasks that no streams-app has processed yet
   * are missing.
   */
  public Map<String, TaskStatus> statuses() {
    return TopicSnapshot.ofTopic(
        kafka,
        kafka.topics().taskStatus(),
        new LastValues<>(
            RecordKeys.text(),
            kafka.serdes().value(TaskStatus.class),
            (taskId, status) -> taskId.equals(status.getTaskId())));
  }

  /** The task with this id; empty when there is none. */
  public Optional<TargetTask> find(String taskId) {
    return Optional.ofNullable(all().get(taskId));
  }

  /**
   * Creates or changes a task. A task that exists gets a new revision if the proposal differs from
   * it, and is left unchanged otherwise. A task that was removed and is put again gets a revision
   * above all its old ones, because records about an old revision that are still in flight must not
   * be taken for the new task's. If another client puts the task at the same moment, the proposal
   * becomes the revision after that of the other client.
   *
   * @param proposal the task; its revision is ignored
   * @return the current task
   * @throws IllegalArgumentException when the task is not valid; nothing is written then
   */
  public Put put(TargetTask proposal) {
    String topic = kafka.topics().targetTasks();
    TaskRecords records = new TaskRecords(proposal.getTaskId(), serde);
    Map<Integer, Long> ends =
        TopicSnapshot.forEachRecordOf(kafka, topic, proposal.getTaskId(), records);
    ends.values().forEach(records::reached);
    while (true) {
      TargetTask next = withRevision(proposal, records.nextRevision());
      List<String> problems = TargetTaskRules.problems(next);
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(
            "task " + next.getTaskId() + ": " + String.join("; ", problems));
      }
      Optional<TargetTask> current = records.current();
      if (current.isPresent()
          && current.get().equals(withRevision(proposal, current.get().getRevision()))) {
        return new Put(current.get(), false);
      }
      RecordMetadata written = write(new ProducerRecord<>(topic, next.getTaskId(), next));
      TopicSnapshot.forEachRecordFrom(
          kafka,
          topic,
          ends,
          record -> {
            if (record.offset() <= written.offset()) {
              records.accept(record);
            }
          });
      if (!records.haveOvertaken(next)) {
        return new Put(next, true);
      }
      // Another client has written the revision first, and services ignore the second record of it.
      ends = Map.of(written.partition(), written.offset() + 1);
    }
  }

  /**
   * Removes a task.
   *
   * @return whether there was one
   */
  public boolean remove(String taskId) {
    if (find(taskId).isEmpty()) {
      return false;
    }
    write(new ProducerRecord<>(kafka.topics().targetTasks(), taskId, null));
    return true;
  }

  private static TargetTask withRevision(TargetTask task, int revision) {
    return TargetTask.newBuilder(task).setRevision(revision).build();
  }

  private RecordMetadata write(ProducerRecord<String, TargetTask> record) {
    try (Producer<String, TargetTask> producer = kafka.producer(serde)) {
      return producer.send(record).get();
    } catch (ExecutionException e) {
      throw new KafkaException("the task was not written: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * The outcome of a put.
   *
   * @param task the current task
   * @param changed whether the put wrote a new revision
   */
  public record Put(TargetTask task, boolean changed) {}
}
