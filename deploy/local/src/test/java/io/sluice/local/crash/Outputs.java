package io.sluice.local.crash;

import io.sluice.local.endtoend.TopicClient;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobState;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The outputs of the streams-app, as a consumer with {@code read_committed} reads them.
 *
 * @param selected the subset of each task, by task id and candidate id
 * @param statuses the last status of each task, by task id
 * @param jobs every record of each job, in order, by job id
 * @param datasets every record of each dataset, in order, by job id
 * @param deadLetters every dead letter
 */
record Outputs(
    Map<String, Map<String, SelectedInstruction>> selected,
    Map<String, TaskStatus> statuses,
    Map<String, List<FineTuneJob>> jobs,
    Map<String, List<DatasetRecord>> datasets,
    List<ConsumerRecord<byte[], byte[]>> deadLetters) {

  /** Reads the topics to their ends. */
  static Outputs read(TopicClient kafka, Topics topics, AvroSerdes avro) {
    Map<String, Map<String, SelectedInstruction>> selected = new TreeMap<>();
    kafka
        .readAll(topics.selected(), avro.<SelectedKey>key(), avro.<SelectedInstruction>value())
        .forEach(
            entry -> {
              String id = entry.getKey().getCandidateId();
              Map<String, SelectedInstruction> subset =
                  selected.computeIfAbsent(entry.getKey().getTaskId(), task -> new HashMap<>());
              entry
                  .getValue()
                  .ifPresentOrElse(value -> subset.put(id, value), () -> subset.remove(id));
            });
    return new Outputs(
        selected,
        statuses(kafka, topics, avro),
        byJob(kafka, topics.fineTuneJobs(), avro),
        byJob(kafka, topics.fineTuneDatasets(), avro),
        kafka.readAll(topics.deadLetters()));
  }

  /** Reads the last status of each task, by task id. */
  static Map<String, TaskStatus> statuses(TopicClient kafka, Topics topics, AvroSerdes avro) {
    Map<String, TaskStatus> statuses = new TreeMap<>();
    kafka
        .readAll(topics.taskStatus(), Serdes.String(), avro.<TaskStatus>value())
        .forEach(
            entry ->
                entry
                    .getValue()
                    .ifPresentOrElse(
                        status -> statuses.put(entry.getKey(), status),
                        () -> statuses.remove(entry.getKey())));
    return statuses;
  }

  /** Reads which jobs have not ended. */
  static Set<String> openJobs(TopicClient kafka, Topics topics, AvroSerdes avro) {
    Set<String> open = new TreeSet<>();
    kafka
        .readAll(topics.fineTuneJobs(), Serdes.String(), avro.<FineTuneJob>value())
        .forEach(
            entry -> {
              if (entry.getValue().orElseThrow().getState() == JobState.OPEN) {
                open.add(entry.getKey());
              } else {
                open.remove(entry.getKey());
              }
            });
    return open;
  }

  private static <V extends org.apache.avro.specific.SpecificRecord> Map<String, List<V>> byJob(
      TopicClient kafka, String topic, AvroSerdes avro) {
    Map<String, List<V>> records = new TreeMap<>();
    kafka
        .readAll(topic, Serdes.String(), avro.<V>value())
        .forEach(
            entry ->
                records
                    .computeIfAbsent(entry.getKey(), job -> new ArrayList<>())
                    .add(entry.getValue().orElseThrow()));
    return records;
  }
}
