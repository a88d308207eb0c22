package io.sluice.streams.select;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.BoundedValues;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.validation.JobRequestRules;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.exactlyonce.Start;
import io.sluice.streams.exactlyonce.StartOffsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Adds the second stage to a topology: the selections and jobs of target tasks, partitioned by task
 * id.
 *
 * @param topics the topics that are read and written
 * @param avro reads and writes their records
 * @param shards number of shards; a task is complete when all of them have reported
 * @param taskPartitions number of partitions of the target-tasks topic
 * @param publishInterval how often changes of subsets, jobs and statuses are published
 * @param limit size of the largest record
 * @param offsets makes the tasks of the stage begin at the committed offsets
 */
public record SelectStage(
    Topics topics,
    AvroSerdes avro,
    int shards,
    int taskPartitions,
    Duration publishInterval,
    RecordLimit limit,
    StartOffsets offsets) {
  /** Ids of tasks have at most 100 characters, those of jobs some more. */
  private static final int MAX_ID_CHARACTERS = 256;

  /**
   * Adds the stage, up to the topics that it publishes to.
   *
   * @param tasks the target tasks by id; a null value removes a task
   * @param reports the reports of the shards, partitioned by task id
   * @param open updated with the partitions of tasks that are open on this instance
   * @param served updated with the subsets that this instance publishes
   */
  public void addTo(
      StreamsBuilder builder,
      KStream<String, TargetTask> tasks,
      KStream<String, ShardReport> reports,
      OpenPartitions open,
      ServedSubsets served) {
    KStream<String, SelectInput> defined =
        tasks.mapValues(
            (id, task) ->
                task == null ? new SelectInput.TaskRemoved(id) : new SelectInput.TaskDefined(task));
    KStream<String, SelectInput> requested =
        builder.stream(
                topics.jobRequests(),
                Consumed.with(
                    RecordKeys.text(), BoundedValues.of(avro.value(JobRequest.class), limit)))
            .process(Start.of(topics.jobRequests(), offsets), Named.as("start-requests"))
            .peek(SelectStage::check, Named.as("check-request"))
            .filter((id, request) -> request != null)
            .mapValues(SelectInput.JobRequested::new);
    publish(
        defined
            .merge(reports.mapValues(SelectInput.ShardReported::new))
            .merge(requested)
            .merge(ended(builder))
            .process(new Processors(this, open, served), Named.as("select")));
  }

  /**
   * The results with which jobs end. They are repartitioned by task id, because trainers may
   * partition them by job id, which is their key.
   */
  private KStream<String, SelectInput> ended(StreamsBuilder builder) {
    return builder.stream(
            topics.fineTuneResults(),
            Consumed.with(
                RecordKeys.text(), BoundedValues.of(avro.value(FineTuneResult.class), limit)))
        .process(Start.of(topics.fineTuneResults(), offsets), Named.as("start-results"))
        .peek(SelectStage::checkResult, Named.as("check-result"))
        .filter(
            (id, result) ->
                result != null
                    && (result.getState() == FineTuneState.FINISHED
                        || result.getState() == FineTuneState.FAILED))
        .selectKey((id, result) -> result.getTaskId())
        .repartition(
            Repartitioned.<String, FineTuneResult>as("ended")
                .withKeySerde(Serdes.String())
                .withValueSerde(avro.value())
                .withNumberOfPartitions(taskPartitions))
        .process(Start.ofRepartition("ended", offsets), Named.as("start-ended"))
        .mapValues(SelectInput.JobEnded::new);
  }

  private void publish(KStream<String, SelectOutput> published) {
    published
        .flatMap((id, publication) -> TopicRecords.of(publication).selected())
        .to(
            topics.selected(),
            byTask(
                avro.<SelectedKey>key(),
                avro.<SelectedInstruction>value(),
                (key, selected) -> key.getTaskId()));
    published
        .flatMap((id, publication) -> TopicRecords.of(publication).datasets())
        .to(
            topics.fineTuneDatasets(),
            byTask(Serdes.String(), avro.<DatasetRecord>value(), (id, e) -> e.getTaskId()));
    published
        .flatMap((id, publication) -> TopicRecords.of(publication).jobs())
        .to(
            topics.fineTuneJobs(),
            byTask(Serdes.String(), avro.<FineTuneJob>value(), (id, job) -> job.getTaskId()));
    published
        .flatMap((id, publication) -> TopicRecords.of(publication).statuses())
        .to(topics.taskStatus(), Produced.with(Serdes.String(), avro.<TaskStatus>value()));
  }

  private static <K, V> Produced<K, V> byTask(
      Serde<K> keys, Serde<V> values, BiFunction<K, V, String> taskId) {
    StreamPartitioner<K, V> partitioner =
        (topic, key, value, partitions) ->
            Optional.of(Set.of(KeyPartitions.partitionFor(taskId.apply(key, value), partitions)));
    return Produced.with(keys, values, partitioner);
  }

  /**
   * Rejects a result that breaks the contract; a tombstone passes. The id of the task becomes a key
   * of its own, and a long one would take its room twice.
   */
  private static void checkResult(String key, FineTuneResult result) {
    if (result == null) {
      return;
    }
    if (!result.getJobId().equals(key)) {
      throw new InvalidRecordException("key and value name different fine-tune jobs");
    }
    if (result.getTaskId().length() > MAX_ID_CHARACTERS
        || result.getJobId().length() > MAX_ID_CHARACTERS) {
      throw new InvalidRecordException(
          "fine-tune result: an id of a task or a job has at most "
              + MAX_ID_CHARACTERS
              + " characters");
    }
  }

  /** Rejects a request that breaks the contract; a tombstone passes. */
  private static void check(String key, JobRequest request) {
    if (request == null) {
      return;
    }
    if (!request.getTaskId().equals(key)) {
      throw new InvalidRecordException("key and value name different target tasks");
    }
    List<String> problems = JobRequestRules.problems(request);
    if (!problems.isEmpty()) {
      throw new InvalidRecordException("job request: " + String.join("; ", problems));
    }
  }

  /** Creates the processor of each partition of tasks and declares the stores that it owns. */
  private record Processors(SelectStage stage, OpenPartitions open, ServedSubsets served)
      implements ProcessorSupplier<String, SelectInput, String, SelectOutput> {
    @Override
    public Processor<String, SelectInput, String, SelectOutput> get() {
      return open.watch(
          new SelectProcessor(stage.publishInterval, stage.shards, stage.limit, served));
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return SelectStores.builders(stage.avro, Stores::persistentKeyValueStore);
    }
  }
}
