package io.sluice.streams.topology;

import static org.apache.kafka.streams.KeyValue.pair;

import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.topic.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The two stages and what lies between them.
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
  private final Topics topics;
  private final AvroSerdes avro;
  private final StreamsAppConfig config;
  private final OpenPartitions open;
  private final StreamsBuilder builder = new StreamsBuilder();

  private SelectionTopology(StreamsAppConfig config, OpenPartitions open) {
    this.config = config;
    this.open = open;
    this.topics = config.topics();
    this.avro = config.avroSerdes();
  }

  /**
   * Builds the topology.
   *
   * @param shards partitions of the representations topic: one nomination shard each
   * @param taskPartitions partitions of the target-tasks topic
   * @param open is told which partitions of tasks are worked on
   */
  static Topology build(
      StreamsAppConfig config, int shards, int taskPartitions, OpenPartitions open) {
    Properties properties = new Properties();
    properties.putAll(config.kafkaStreams());
    return new SelectionTopology(config, open).wire(shards, taskPartitions).build(properties);
  }

  private StreamsBuilder wire(int shards, int taskPartitions) {
    KStream<String, TargetTask> tasks = tasks();
    KStream<String, ShardReport> nominations = nominate(tasks, shards, taskPartitions);
    publish(select(tasks, nominations, shards, taskPartitions));
    return builder;
  }

  private KStream<String, TargetTask> tasks() {
    return builder.stream(
            topics.targetTasks(), Consumed.with(Serdes.String(), avro.value(TargetTask.class)))
        .peek(RecordChecks::targetTask, Named.as("check-task"));
  }

  private KStream<String, ShardReport> nominate(
      KStream<String, TargetTask> tasks, int shards, int taskPartitions) {
    KStream<String, ShardInput> defined =
        tasks
            .repartition(everywhere("tasks", shards, Serdes.String(), avro.<TargetTask>value()))
            .mapValues(
                (id, task) ->
                    task == null
                        ? new ShardInput.TaskRemoved(id)
                        : new ShardInput.TaskDefined(task));
    KStream<String, ShardInput> queries =
        builder.stream(
                topics.queryRepresentations(),
                Consumed.with(
                    avro.key(QueryRepresentationKey.class), avro.value(QueryRepresentation.class)))
            .peek(RecordChecks::query, Named.as("check-query"))
            .repartition(
                everywhere(
                    "queries",
                    shards,
                    avro.<QueryRepresentationKey>key(),
                    avro.<QueryRepresentation>value()))
            .map(
                (key, query) ->
                    pair(
                        key.getTaskId(),
                        query == null
                            ? new ShardInput.QueryDropped(key)
                            : new ShardInput.QueryRepresented(query)));
    KStream<String, ShardInput> served =
        builder.stream(
                topics.taskStatus(), Consumed.with(Serdes.String(), avro.value(TaskStatus.class)))
            .filter((id, status) -> status != null)
            .mapValues(TaskStatus::getRevision)
            .repartition(everywhere("served", shards, Serdes.String(), Serdes.Integer()))
            .mapValues(ShardInput.RevisionServed::new);
    RepresentationCodec codec = new RepresentationCodec(topics.representations(), avro);
    KStream<String, ShardInput> representations =
        builder
            .table(
                topics.representations(),
                Consumed.with(Serdes.Bytes(), Serdes.ByteArray()),
                Materialized.<Bytes, byte[], KeyValueStore<Bytes, byte[]>>as(
                        ShardStores.REPRESENTATIONS)
                    .withCachingDisabled())
            .toStream()
            .map((key, value) -> pair("", codec.decode(key, value)));
    return defined
        .merge(queries)
        .merge(served)
        .merge(representations)
        .process(
            owning(
                ShardStores.builders(avro, Stores::persistentKeyValueStore),
                () ->
                    new NominateProcessor(
                        codec,
                        config.reportInterval(),
                        config.backfillInterval(),
                        config.backfillSlice())),
            Named.as("nominate"),
            ShardStores.REPRESENTATIONS)
        .repartition(
            Repartitioned.<String, ShardReport>as("nominations")
                .withKeySerde(Serdes.String())
                .withValueSerde(avro.value())
                .withNumberOfPartitions(taskPartitions));
  }

  private KStream<String, Publication> select(
      KStream<String, TargetTask> tasks,
      KStream<String, ShardReport> nominations,
      int shards,
      int taskPartitions) {
    KStream<String, SelectInput> defined =
        tasks.mapValues(
            (id, task) ->
                task == null ? new SelectInput.TaskRemoved(id) : new SelectInput.TaskDefined(task));
    KStream<String, SelectInput> requested =
        builder.stream(
                topics.jobRequests(), Consumed.with(Serdes.String(), avro.value(JobRequest.class)))
            .peek(RecordChecks::jobRequest, Named.as("check-request"))
            .filter((id, request) -> request != null)
            .mapValues(SelectInput.Requested::new);
    return defined
        .merge(nominations.mapValues(SelectInput.Reported::new))
        .merge(requested)
        .merge(ended(taskPartitions))
        .process(
            owning(
                SelectStores.builders(avro, Stores::persistentKeyValueStore),
                () -> open.watch(new SelectProcessor(config.reportInterval(), shards))),
            Named.as("select"));
  }

  /** Trainers spread what they report by job id, if not otherwise: here it is needed by task. */
  private KStream<String, SelectInput> ended(int taskPartitions) {
    return builder.stream(
            topics.fineTuneResults(),
            Consumed.with(Serdes.String(), avro.value(FineTuneResult.class)))
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
        .mapValues(SelectInput.Ended::new);
  }

  private void publish(KStream<String, Publication> published) {
    published
        .flatMap(
            each(
                Publication.Selected.class,
                selected -> Stream.of(pair(selected.key(), selected.instruction().orElse(null)))))
        .to(
            topics.selected(),
            byTask(
                avro.<SelectedKey>key(),
                avro.<SelectedInstruction>value(),
                (key, selected) -> key.getTaskId()));
    published
        .flatMap(
            each(
                Publication.JobFired.class,
                fired -> fired.dataset().stream().map(e -> pair(e.getJobId(), e))))
        .to(
            topics.fineTuneDatasets(),
            byTask(Serdes.String(), avro.<DatasetRecord>value(), (id, e) -> e.getTaskId()));
    published
        .flatMap(
            each(
                Publication.JobFired.class,
                fired -> Stream.of(pair(fired.job().getJobId(), fired.job()))))
        .merge(
            published.flatMap(
                each(
                    Publication.Job.class,
                    changed -> Stream.of(pair(changed.job().getJobId(), changed.job())))))
        .to(
            topics.fineTuneJobs(),
            byTask(Serdes.String(), avro.<FineTuneJob>value(), (id, job) -> job.getTaskId()));
    published
        .flatMap(
            each(
                Publication.Status.class,
                status -> Stream.of(pair(status.taskId(), status.status().orElse(null)))))
        .to(topics.taskStatus(), Produced.with(Serdes.String(), avro.<TaskStatus>value()));
  }

  private static <P extends Publication, K, V>
      KeyValueMapper<String, Publication, List<KeyValue<K, V>>> each(
          Class<P> kind, Function<P, Stream<KeyValue<K, V>>> records) {
    return (taskId, publication) ->
        kind.isInstance(publication) ? records.apply(kind.cast(publication)).toList() : List.of();
  }

  /** Every shard needs every record (KIP-837). */
  private static <K, V> Repartitioned<K, V> everywhere(
      String name, int shards, Serde<K> keys, Serde<V> values) {
    Set<Integer> all = IntStream.range(0, shards).boxed().collect(Collectors.toUnmodifiableSet());
    return Repartitioned.with(keys, values)
        .withName(name)
        .withNumberOfPartitions(shards)
        .withStreamPartitioner((topic, key, value, partitions) -> Optional.of(all));
  }

  private static <K, V> Produced<K, V> byTask(
      Serde<K> keys, Serde<V> values, BiFunction<K, V, String> taskId) {
    StreamPartitioner<K, V> partitioner =
        (topic, key, value, partitions) ->
            Optional.of(Set.of(KeyPartitions.partitionFor(taskId.apply(key, value), partitions)));
    return Produced.with(keys, values, partitioner);
  }

  private static <KIn, VIn, KOut, VOut> ProcessorSupplier<KIn, VIn, KOut, VOut> owning(
      Set<StoreBuilder<?>> stores, Supplier<Processor<KIn, VIn, KOut, VOut>> make) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<KIn, VIn, KOut, VOut> get() {
        return make.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return stores;
      }
    };
  }
}
