package io.sluice.streams.client;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.validation.TargetTaskRules;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** The target tasks of a Kafka: what is there, and changes to it. */
public final class TargetTasks {
  private final KafkaAccess kafka;
  private final Serde<TargetTask> serde;

  /** The tasks of this Kafka. */
  public TargetTasks(KafkaAccess kafka) {
    this.kafka = kafka;
    this.serde = kafka.serdes().value(TargetTask.class);
  }

  /** All tasks by id, in the order of the ids. */
  public Map<String, TargetTask> all() {
    return new TreeMap<>(
        TopicSnapshot.ofTopic(kafka, kafka.topics().targetTasks(), Serdes.String(), serde));
  }

  /** How far each task has come, by id; a task that no streams-app has met yet is missing. */
  public Map<String, TaskStatus> statuses() {
    return TopicSnapshot.ofTopic(
        kafka, kafka.topics().taskStatus(), Serdes.String(), kafka.serdes().value());
  }

  /** The task with this id. */
  public Optional<TargetTask> find(String taskId) {
    return Optional.ofNullable(all().get(taskId));
  }

  /**
   * Puts a task. One that is there already gets a new revision if anything of it changes, and stays
   * as it is otherwise. A task that was removed never gets one of its old revisions back: what is
   * still under way about them must not be taken for the new task's. Two who put the same task at
   * the same moment may write the same revision; the first record counts.
   *
   * @param proposal the task; its revision is not looked at
   * @return the task as it is now
   * @throws IllegalArgumentException when the task breaks the rules; nothing is written then
   */
  public Put put(TargetTask proposal) {
    Optional<TargetTask> current = find(proposal.getTaskId());
    int last = current.map(TargetTask::getRevision).orElseGet(() -> removed(proposal.getTaskId()));
    TargetTask next = withRevision(proposal, last + 1);
    List<String> problems = TargetTaskRules.problems(next);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "task " + next.getTaskId() + ": " + String.join("; ", problems));
    }
    if (current.isPresent()
        && current.get().equals(withRevision(proposal, current.get().getRevision()))) {
      return new Put(current.get(), false);
    }
    write(new ProducerRecord<>(kafka.topics().targetTasks(), next.getTaskId(), next));
    return new Put(next, true);
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

  /**
   * At least the last revision of a task that was removed, 0 if there was none: revisions count
   * records, so none is above the place of its record.
   */
  private int removed(String taskId) {
    return TopicSnapshot.removedAt(kafka, kafka.topics().targetTasks(), taskId)
        .map(Math::toIntExact)
        .orElse(0);
  }

  private static TargetTask withRevision(TargetTask task, int revision) {
    return TargetTask.newBuilder(task).setRevision(revision).build();
  }

  private void write(ProducerRecord<String, TargetTask> record) {
    try (Producer<String, TargetTask> producer = kafka.producer(serde)) {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new KafkaException("the task was not written: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * What became of a put.
   *
   * @param task the task as it is now
   * @param changed whether it is a new revision
   */
  public record Put(TargetTask task, boolean changed) {}
}
