package io.sluice.streams.client;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.streams.audit.Difference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * The last record under each key of a task in the topic of selected instructions, whatever it is:
 * unlike the clients that use a subset, a verification does not pass over records that cannot be
 * read. Not thread-safe.
 */
final class PublishedRecords {
  private final Map<String, SelectedInstruction> byCandidate = new HashMap<>();
  private final Set<String> unreadable = new TreeSet<>();
  private final String taskId;
  private final Deserializer<SelectedKey> keys;
  private final Deserializer<SelectedInstruction> values;

  private PublishedRecords(KafkaAccess kafka, String taskId) {
    this.taskId = taskId;
    this.keys = RecordKeys.required(kafka.serdes().key(SelectedKey.class)).deserializer();
    this.values = kafka.serdes().value(SelectedInstruction.class).deserializer();
  }

  /** Reads all partitions, as they are now. */
  static PublishedRecords read(KafkaAccess kafka, String taskId) {
    PublishedRecords records = new PublishedRecords(kafka, taskId);
    TopicSnapshot.forEachRecord(kafka, kafka.topics().selected(), records::accept);
    return records;
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    SelectedKey key;
    try {
      key = keys.deserialize(record.topic(), record.key());
    } catch (RuntimeException e) {
      requireNoOutage(e);
      // Nobody knows of which task it is, and no consumer finds it under a key.
      return;
    }
    if (key.getTaskId().equals(taskId)) {
      unreadable.remove(key.getCandidateId());
      byCandidate.remove(key.getCandidateId());
      try {
        SelectedInstruction value = values.deserialize(record.topic(), record.value());
        if (value != null) {
          byCandidate.put(key.getCandidateId(), value);
        }
      } catch (RuntimeException e) {
        requireNoOutage(e);
        unreadable.add(key.getCandidateId());
      }
    }
  }

  private static void requireNoOutage(RuntimeException e) {
    if (RegistryOutage.isCauseOf(e)) {
      throw e;
    }
  }

  /**
   * Compares the records with the expected ones.
   *
   * @param expected by candidate id
   * @return the differences; none when both are equal
   */
  List<Difference> differencesFrom(Map<String, SelectedInstruction> expected) {
    List<Difference> differences = new ArrayList<>();
    unreadable.forEach(
        id -> differences.add(new Difference(id, "has a published record that cannot be read")));
    Difference.between(expected, byCandidate).stream()
        .filter(difference -> !unreadable.contains(difference.candidateId()))
        .forEach(differences::add);
    return differences;
  }
}
