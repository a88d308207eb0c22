package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.revision.TaskKey;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/** One shard on its own. Its stores survive {@link #restart}, as after a process is killed. */
public final class ShardFixture {
  private static final String TOPIC = "sluice.representations";

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://" + UUID.randomUUID());
  private final RepresentationCodec codec = new RepresentationCodec(TOPIC, avro);
  private final MockProcessorContext<String, ShardReport> context;
  private NominateProcessor processor;
  private int earlierPunctuators;

  public ShardFixture(int partition) {
    context =
        new MockProcessorContext<>(
            new Properties(), new TaskId(0, partition), new File("/nonexistent"));
    context.setCurrentSystemTimeMs(0);
    Set<StoreBuilder<?>> builders =
        new HashSet<>(ShardStores.builders(avro, Stores::inMemoryKeyValueStore));
    builders.add(
        Stores.timestampedKeyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(ShardStores.REPRESENTATIONS),
            Serdes.Bytes(),
            Serdes.ByteArray()));
    for (StoreBuilder<?> builder : builders) {
      StateStore store = builder.withLoggingDisabled().withCachingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
    }
    restart();
  }

  /** Replaces the processor by a new one that starts with the current stores. */
  public void restart() {
    // The context also keeps the punctuators of earlier processors.
    earlierPunctuators = context.scheduledPunctuators().size();
    processor =
        new NominateProcessor(
            codec,
            new NominateStage.Pace(Duration.ofMillis(2), Duration.ofMillis(1), Duration.ZERO),
            RecordLimit.byDefault());
    processor.init(context);
  }

  private void process(ShardInput input) {
    processor.process(new Record<>("", input, 0));
  }

  public void define(TargetTask task) {
    process(new ShardInput.TaskDefined(task));
  }

  public void remove(String taskId) {
    process(new ShardInput.TaskRemoved(taskId));
  }

  /** Reports to the shard that a revision is served now. */
  public void serve(String taskId, int revision) {
    process(new ShardInput.RevisionServed(taskId, revision));
  }

  public void represent(QueryRepresentation query) {
    process(new ShardInput.QueryRepresented(query));
  }

  public void dropQuery(QueryRepresentationKey key) {
    process(new ShardInput.QueryDropped(key));
  }

  public void arrive(Representation representation) {
    RepresentationKey key =
        new RepresentationKey(
            representation.getRepresentationId(), representation.getCandidate().getId());
    source(key, avro.<Representation>value().serializer().serialize(TOPIC, representation));
  }

  public void retract(String representationId, String candidateId) {
    source(new RepresentationKey(representationId, candidateId), null);
  }

  /** Puts a record of the representations topic into the table and processes it. */
  public void source(RepresentationKey key, byte[] value) {
    Bytes keyBytes = bytes(key);
    table().put(keyBytes, ValueAndTimestamp.make(value, 0));
    process(codec.decode(keyBytes, value));
  }

  /**
   * Deletes a record from the table, as when the table is rebuilt from a topic in which compaction
   * has removed this record in favor of a later one that the shard has yet to read.
   */
  public void compactAway(RepresentationKey key) {
    table().delete(bytes(key));
  }

  private TimestampedKeyValueStore<Bytes, byte[]> table() {
    return context.getStateStore(ShardStores.REPRESENTATIONS);
  }

  private Bytes bytes(RepresentationKey key) {
    return Bytes.wrap(avro.<RepresentationKey>key().serializer().serialize(TOPIC, key));
  }

  /** Runs a slice of work on stored data, then reports the counts. */
  public void tick() {
    punctuate(1);
    punctuate(2);
  }

  void slice() {
    punctuate(1);
  }

  private void punctuate(long interval) {
    punctuators().stream()
        .filter(each -> each.getInterval().toMillis() == interval)
        .map(CapturedPunctuator::getPunctuator)
        .forEach(punctuator -> punctuator.punctuate(0));
  }

  int storedRows(String taskId, int revision) {
    int[] rows = {0};
    new ShardStores(context).forEachRow(TaskKey.prefix(taskId, revision), (id, row) -> rows[0]++);
    return rows[0];
  }

  /** The reports since the last call. */
  public List<ShardReport> takeReports() {
    List<ShardReport> reports = new ArrayList<>();
    context.forwarded().forEach(forward -> reports.add(forward.record().value()));
    context.resetForwards();
    return reports;
  }

  private List<CapturedPunctuator> punctuators() {
    List<CapturedPunctuator> all = context.scheduledPunctuators();
    return List.copyOf(all.subList(earlierPunctuators, all.size()));
  }
}
