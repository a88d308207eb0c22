package io.sluice.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.PoolCount;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.ShardReport;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.Withdrawal;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard that starts on stores which a failure has left out of step with each other. */
class NominateProcessorStartTest {
  private static final String TOPIC = "sluice.representations";

  @TempDir Path state;

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://" + UUID.randomUUID());
  private final RepresentationCodec codec = new RepresentationCodec(TOPIC, avro);
  private final TargetTask task = Examples.task("t", 1, 1, 5);
  private final Set<StateStore> opened = new HashSet<>();
  private MockProcessorContext<String, ShardReport> context;

  @BeforeEach
  void openStores() {
    context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), state.toFile());
    Set<StoreBuilder<?>> builders = new HashSet<>(ShardStores.builders(avro));
    builders.add(
        Stores.timestampedKeyValueStoreBuilder(
            Stores.persistentTimestampedKeyValueStore(ShardStores.REPRESENTATIONS),
            Serdes.Bytes(),
            Serdes.ByteArray()));
    context.setCurrentSystemTimeMs(0);
    for (StoreBuilder<?> builder : builders) {
      StateStore store = builder.withLoggingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      context.addStateStore(store);
      opened.add(store);
    }
    ShardStores stores = new ShardStores(context);
    stores.putTask(task);
    stores.putQuery(Examples.query(task, 0, Examples.vector(new Random(1))));
  }

  @AfterEach
  void closeStores() {
    opened.forEach(StateStore::close);
  }

  @Test
  void givenAStoredRepresentationWithoutARow_whenTheShardStarts_thenItIsScoredAndNominated() {
    store("arrived", Examples.vector(new Random(2)));

    List<ShardReport> reports = start();

    assertThat(reports)
        .filteredOn(report -> report.getBody() instanceof Nomination)
        .singleElement()
        .satisfies(
            report ->
                assertThat(((Nomination) report.getBody()).getCandidate().getId())
                    .isEqualTo("arrived"));
    assertThat(reports).extracting(ShardReport::getBody).contains(new PoolCount(1L, 0L));
  }

  @Test
  void givenARowWithoutItsRepresentation_whenTheShardStarts_thenTheCandidateIsWithdrawn() {
    new ShardStores(context).putRow(new TaskKey("t", 1, "retracted"), new float[] {0.5f});

    List<ShardReport> reports = start();

    assertThat(reports).extracting(ShardReport::getBody).contains(new Withdrawal("retracted"));
    assertThat(reports).extracting(ShardReport::getBody).contains(new PoolCount(0L, 0L));
    assertThat(new ShardStores(context).hasRow(new TaskKey("t", 1, "retracted"))).isFalse();
  }

  @Test
  void givenAProcessorThatIsStartedAgain_whenNothingChanged_thenItReportsItsCountsAgain() {
    NominateProcessor processor = processor();
    processor.init(context);
    tick();
    context.resetForwards();
    context.scheduledPunctuators().clear();

    processor.init(context);
    tick();

    assertThat(context.forwarded())
        .extracting(forward -> forward.record().value().getBody())
        .contains(new PoolCount(0L, 0L));
  }

  private List<ShardReport> start() {
    processor().init(context);
    tick();
    return context.forwarded().stream().<ShardReport>map(f -> f.record().value()).toList();
  }

  private NominateProcessor processor() {
    return new NominateProcessor(codec, Duration.ofMillis(1), Duration.ofMillis(1), 10);
  }

  private void tick() {
    List.copyOf(context.scheduledPunctuators()).forEach(each -> each.getPunctuator().punctuate(0));
  }

  private void store(String candidateId, float[] vector) {
    TimestampedKeyValueStore<Bytes, byte[]> representations =
        context.getStateStore(ShardStores.REPRESENTATIONS);
    RepresentationKey key = new RepresentationKey("default", candidateId);
    Representation value = Examples.representation(candidateId, vector);
    representations.put(
        Bytes.wrap(avro.<RepresentationKey>key().serializer().serialize(TOPIC, key)),
        ValueAndTimestamp.make(
            avro.<Representation>value().serializer().serialize(TOPIC, value), 0));
  }
}
