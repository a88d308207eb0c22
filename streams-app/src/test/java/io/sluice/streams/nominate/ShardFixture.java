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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** One shard on its own. Its stores survive {@link #restart}, as after a process is killed. */
public final class ShardFixture {
  private static final String TOPIC = "sluice.representations";

  /** As many records as a slice reads, since slices in tests end after the first step. */
  private static final int READ_AT_ONCE = 32;

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://" + UUID.randomUUID());
  private final RepresentationCodec codec = new RepresentationCodec(TOPIC, avro);
  private final MockProcessorContext<String, ShardReport> context;
  private final PartitionInMemory partition = new PartitionInMemory(READ_AT_ONCE);

  /** Records of the partition that the shard has not received. */
  private final Queue<PartitionReader.Entry> sent = new ArrayDeque<>();

  private final Duration slice;
  private long nanoTime;

  /** The time that passes whenever the processor looks at the clock. */
  private Duration step = Duration.ZERO;

  private long position;
  private NominateProcessor processor;
  private int earlierPunctuators;

  /** A shard whose slices end after the first step. */
  public ShardFixture(int number) {
    this(number, Duration.ZERO);
  }

  /** A shard with slices of some length. */
  ShardFixture(int number, Duration slice) {
    this.slice = slice;
    context =
        new MockProcessorContext<>(
            new Properties(), new TaskId(0, number), new File("/nonexistent"));
    context.setCurrentSystemTimeMs(0);
    for (StoreBuilder<?> builder : ShardStores.builders(avro, Stores::inMemoryKeyValueStore)) {
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
            new NominateStage.Pace(Duration.ofMillis(2), Duration.ofMillis(1), slice),
            RecordLimit.byDefault(),
            partition,
            () -> nanoTime += step.toNanos());
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

  /** Sends a representation and delivers it, and all records before it. */
  public void arrive(Representation representation) {
    send(representation);
    deliverAll();
  }

  public void retract(String representationId, String candidateId) {
    send(new RepresentationKey(representationId, candidateId), Optional.empty());
    deliverAll();
  }

  /** Appends a representation to the partition, which the shard has yet to receive. */
  public void send(Representation representation) {
    RepresentationKey key =
        new RepresentationKey(
            representation.getRepresentationId(), representation.getCandidate().getId());
    send(
        key,
        Optional.of(avro.<Representation>value().serializer().serialize(TOPIC, representation)));
  }

  /** Appends a record to the partition, which the shard has yet to receive. */
  public void send(RepresentationKey key, Optional<byte[]> value) {
    byte[] bytes = avro.<RepresentationKey>key().serializer().serialize(TOPIC, key);
    sent.add(new PartitionReader.Entry(partition.append(bytes, value), Bytes.wrap(bytes), value));
  }

  private void deliverAll() {
    while (!sent.isEmpty()) {
      deliver();
    }
  }

  /** Delivers the next record of the partition to the shard. */
  public void deliver() {
    PartitionReader.Entry next = sent.remove();
    position = next.offset() + 1;
    context.setRecordMetadata(TOPIC, 0, next.offset());
    process(codec.decode(next.key(), next.value().orElse(null)));
  }

  /** Lets the broker remove what it may of the records that the shard has received. */
  public void compact() {
    partition.compact(position);
  }

  /** Lets the broker also remove what records replace that the shard has not received. */
  void compactAll() {
    partition.compact(Long.MAX_VALUE);
  }

  /** Lets time pass from now on, with every look of the processor at its clock. */
  void letTimePass(Duration step) {
    this.step = step;
  }

  /** How often records were read from another offset than the one that was read to. */
  int jumps() {
    return partition.jumps();
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
