package io.sluice.streams.topology;

import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.BoundedValues;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.validation.TargetTaskRules;
import io.sluice.streams.config.StreamsAppConfig;
import io.sluice.streams.config.StreamsAppSettings;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.exactlyonce.Start;
import io.sluice.streams.exactlyonce.StartOffsets;
import io.sluice.streams.nominate.NominateStage;
import io.sluice.streams.nominate.PartitionReader;
import io.sluice.streams.select.OpenPartitions;
import io.sluice.streams.select.SelectStage;
import io.sluice.streams.select.ServedSubsets;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;

/**
 * Builds the topology, in which the nominations topic connects the two stages.
 *
 * <pre>
 * representations ────────────────────────┐
 * task-status ───────────► every shard ──┤
 * query-representations ─► every shard ──┼─► nominate ─► nominations ─► select ─► selected, task-status,
 * target-tasks ─┬────────► every shard ──┘               (by task)        ▲       fine-tune-jobs, -datasets
 *               ├─────────────────────────────────────────────────────────┤
 * job-requests ─┘                            fine-tune-results ─► by task ┘
 * </pre>
 */
final class SelectionTopology {
  private SelectionTopology() {}

  /**
   * Builds the topology.
   *
   * @param shards number of partitions of the representations topic, each of which is one shard
   * @param taskPartitions number of partitions of the target-tasks topic
   * @param open updated with the partitions of tasks that are open on this instance
   * @param served updated with the subsets that this instance publishes
   * @param opener opens readers of the partitions of the representations topic
   * @param offsets makes stream tasks begin at the committed offsets
   */
  static Topology build(
      StreamsAppConfig config,
      int shards,
      int taskPartitions,
      OpenPartitions open,
      ServedSubsets served,
      PartitionReader.Opener opener,
      StartOffsets offsets) {
    Topics topics = config.topics();
    AvroSerdes avro = config.serdes();
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, TargetTask> tasks =
        builder.stream(
                topics.targetTasks(),
                Consumed.with(
                    RecordKeys.text(),
                    BoundedValues.of(avro.value(TargetTask.class), config.recordLimit())))
            .process(Start.of(topics.targetTasks(), offsets), Named.as("start-tasks"))
            .peek(SelectionTopology::check, Named.as("check-task"));
    NominateStage.Pace pace =
        new NominateStage.Pace(
            config.get(StreamsAppSettings.REPORT_INTERVAL),
            config.get(StreamsAppSettings.BACKFILL_INTERVAL),
            config.get(StreamsAppSettings.BACKFILL_SLICE));
    KStream<String, ShardReport> nominations =
        new NominateStage(topics, avro, shards, pace, config.recordLimit(), opener, offsets)
            .addTo(builder, tasks)
            .repartition(
                Repartitioned.<String, ShardReport>as("nominations")
                    .withKeySerde(Serdes.String())
                    .withValueSerde(avro.value())
                    .withNumberOfPartitions(taskPartitions))
            .process(Start.ofRepartition("nominations", offsets), Named.as("start-nominations"));
    new SelectStage(
            topics,
            avro,
            shards,
            taskPartitions,
            config.get(StreamsAppSettings.REPORT_INTERVAL),
            config.recordLimit(),
            offsets)
        .addTo(builder, tasks, nominations, open, served);
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    return builder.build(properties);
  }

  /** Rejects a target task that breaks the contract; a tombstone passes and removes the task. */
  private static void check(String key, TargetTask task) {
    if (task == null) {
      return;
    }
    List<String> problems = TargetTaskRules.problems(task);
    if (!problems.isEmpty()) {
      throw new InvalidRecordException("target task: " + String.join("; ", problems));
    }
    if (!task.getTaskId().equals(key)) {
      throw new InvalidRecordException("key and value name different target tasks");
    }
  }
}
