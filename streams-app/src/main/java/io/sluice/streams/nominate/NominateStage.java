package io.sluice.streams.nominate;

import static org.apache.kafka.streams.KeyValue.pair;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.BoundedValues;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.exactlyonce.Start;
import io.sluice.streams.exactlyonce.StartOffsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Adds the first stage to a topology: one shard per partition of the representations topic.
 *
 * <p>Every shard needs every target task, every query representation and the number of the revision
 * that is served of each task, so these three are broadcast to all shards. Representations are not
 * repartitioned: a shard reads its partition of their topic, and reads it again when it needs
 * earlier records.
 *
 * @param topics the topics that are read
 * @param avro reads and writes their records
 * @param shards number of partitions of the representations topic
 * @param pace when and for how long a shard works without an incoming record
 * @param limit size of the largest record that a candidate may cause downstream
 * @param opener opens readers of the partitions of the representations topic
 * @param offsets makes the tasks of the stage begin at the committed offsets
 */
public record NominateStage(
    Topics topics,
    AvroSerdes avro,
    int shards,
    Pace pace,
    RecordLimit limit,
    PartitionReader.Opener opener,
    StartOffsets offsets) {
  /**
   * When and for how long a shard works without an incoming record.
   *
   * @param reportInterval how often a shard reports its pool counts, if they have changed
   * @param sliceInterval pause between two slices of work on stored data
   * @param slice length of one slice, after which live candidates are processed
   */
  public record Pace(Duration reportInterval, Duration sliceInterval, Duration slice) {}

  /**
   * Adds the sources, repartition topics, stores and processors of the stage.
   *
   * @param tasks the target tasks by id; a null value removes a task
   * @return nominations, withdrawals and pool counts, keyed by task id but not yet repartitioned:
   *     each is in the partition of the shard that reported it
   */
  public KStream<String, ShardReport> addTo(
      StreamsBuilder builder, KStream<String, TargetTask> tasks) {
    KStream<String, ShardInput> defined =
        tasks
            .repartition(toEveryShard("tasks", Serdes.String(), avro.<TargetTask>value()))
            .process(Start.ofRepartition("tasks", offsets), Named.as("start-tasks-of-shard"))
            .mapValues(
                (id, task) ->
                    task == null
                        ? new ShardInput.TaskRemoved(id)
                        : new ShardInput.TaskDefined(task));
    KStream<String, ShardInput> queries =
        builder.stream(
                topics.queryRepresentations(),
                Consumed.with(
                    RecordKeys.required(avro.key(QueryRepresentationKey.class)),
                    BoundedValues.of(avro.value(QueryRepresentation.class), limit)))
            .process(Start.of(topics.queryRepresentations(), offsets), Named.as("start-queries"))
            .peek(RecordChecks::query, Named.as("check-query"))
            .repartition(
                toEveryShard(
                    "queries",
                    avro.<QueryRepresentationKey>key(),
                    avro.<QueryRepresentation>value()))
            .process(Start.ofRepartition("queries", offsets), Named.as("start-queries-of-shard"))
            .map(
                (key, query) ->
                    pair(
                        key.getTaskId(),
                        query == null
                            ? new ShardInput.QueryDropped(key)
                            : new ShardInput.QueryRepresented(query)));
    KStream<String, ShardInput> served =
        builder.stream(
                topics.taskStatus(), Consumed.with(RecordKeys.text(), avro.value(TaskStatus.class)))
            .process(Start.of(topics.taskStatus(), offsets), Named.as("start-statuses"))
            .peek(RecordChecks::status, Named.as("check-status"))
            .filter((id, status) -> status != null)
            .mapValues(TaskStatus::getRevision)
            .repartition(toEveryShard("served", Serdes.String(), Serdes.Integer()))
            .process(Start.ofRepartition("served", offsets), Named.as("start-served-of-shard"))
            .mapValues(ShardInput.RevisionServed::new);
    RepresentationCodec codec = new RepresentationCodec(topics.representations(), avro);
    KStream<String, ShardInput> representations =
        builder.stream(
                topics.representations(),
                Consumed.with(RecordKeys.required(Serdes.Bytes()), Serdes.ByteArray()))
            .process(Start.of(topics.representations(), offsets), Named.as("start-representations"))
            .map((key, value) -> pair("", codec.decode(key, value)));
    return defined
        .merge(queries)
        .merge(served)
        .merge(representations)
        .process(new Shards(codec, avro, pace, limit, opener), Named.as("nominate"));
  }

  /** A repartition topic in which every record goes to every partition (KIP-837). */
  private <K, V> Repartitioned<K, V> toEveryShard(String name, Serde<K> keys, Serde<V> values) {
    Set<Integer> all = IntStream.range(0, shards).boxed().collect(Collectors.toUnmodifiableSet());
    return Repartitioned.with(keys, values)
        .withName(name)
        .withNumberOfPartitions(shards)
        .withStreamPartitioner((topic, key, value, partitions) -> Optional.of(all));
  }

  /** Creates the processor of each shard and declares the stores that it owns. */
  private record Shards(
      RepresentationCodec codec,
      AvroSerdes avro,
      Pace pace,
      RecordLimit limit,
      PartitionReader.Opener opener)
      implements ProcessorSupplier<String, ShardInput, String, ShardReport> {
    @Override
    public Processor<String, ShardInput, String, ShardReport> get() {
      return new NominateProcessor(codec, pace, limit, opener, System::nanoTime);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return ShardStores.builders(avro, Stores::persistentKeyValueStore);
    }
  }
}
