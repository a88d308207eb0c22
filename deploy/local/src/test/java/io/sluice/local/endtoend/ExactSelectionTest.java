package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.topology.SelectionService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Compares the topology on a real broker, with four shards, against the batch selection. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ExactSelectionTest {
  private static final int CANDIDATES = 3_000;

  @TempDir Path directory;

  private TestKafka kafka;
  private AvroSerdes avro;
  private TopicClient topics;
  private SyntheticPool pool;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    avro = AvroSerdes.forRegistry(kafka.schemaRegistry());
    topics = new TopicClient(kafka.bootstrapServers());
    pool = new SyntheticPool(kafka, directory);
  }

  @Test
  void
      givenFourShardsAndTwoTasks_whenDrained_thenSubsetsAreTheBatchSelectionAndNominationsAreFew() {
    TargetTask early = pool.task("early", 5);
    pool.define(early);
    try (SelectionService service = pool.start("state")) {
      pool.arrive(CANDIDATES / 2);
      TargetTask late = pool.task("late", 3);
      pool.define(late);
      pool.arrive(CANDIDATES / 2);
      pool.repeatSome();

      pool.assertSubsetIsBatch(early);
      pool.assertSubsetIsBatch(late);

      TaskStatus status = pool.awaitDrained(early);
      double expected =
          SyntheticPool.SHARDS
              * SyntheticPool.BUDGET
              * (1 + Math.log((double) CANDIDATES / SyntheticPool.SHARDS / SyntheticPool.BUDGET));
      assertThat((double) status.getNominated())
          .isBetween((double) SyntheticPool.BUDGET, 1.5 * expected);
      assertThat(service.isRunning()).isTrue();
    }
  }

  @Test
  void givenAServiceStoppedMidway_whenStartedWithoutItsState_thenNothingIsLostOrFiredTwice() {
    TargetTask task = pool.task("t", 4);
    pool.define(task);
    try (SelectionService service = pool.start("first")) {
      pool.arrive(CANDIDATES / 2);
      pool.awaitDrained(task);
      assertThat(service.isRunning()).isTrue();
    }
    pool.arrive(CANDIDATES / 2);

    try (SelectionService service = pool.start("second")) {
      pool.assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    Map<String, FineTuneJob> jobs = new HashMap<>();
    List<FineTuneJob> fired =
        topics
            .readAll(kafka.topics().fineTuneJobs(), Serdes.String(), avro.<FineTuneJob>value())
            .stream()
            .map(entry -> entry.getValue().orElseThrow())
            .toList();
    fired.forEach(job -> jobs.put(job.getJobId(), job));
    assertThat(fired)
        .extracting(FineTuneJob::getBudget)
        .containsExactlyInAnyOrder(10, SyntheticPool.BUDGET);
    assertThat(jobs).hasSameSizeAs(fired);
  }

  @Test
  void givenTheStreamsProtocol_whenInstancesJoinAndLeave_thenTheSubsetIsTheBatchSelection()
      throws Exception {
    Map<String, String> brokersAssign =
        Map.of(
            "group.protocol", "streams",
            "topic.min.cleanable.dirty.ratio", "0.3");
    TargetTask task = pool.task("t", 4);
    pool.define(task);
    SelectionService first = pool.start("first", brokersAssign);
    try (first) {
      pool.arrive(CANDIDATES / 3);
      pool.awaitDrained(task);
      try (SelectionService second = pool.start("second", brokersAssign)) {
        pool.arrive(CANDIDATES / 3);
        pool.assertSubsetIsBatch(task);
        first.close();
        pool.arrive(CANDIDATES / 3);
        pool.assertSubsetIsBatch(task);
        assertThat(second.isRunning()).isTrue();
      }
    }
    assertThatInternalTopicsHave("min.cleanable.dirty.ratio", "0.3");
    assertThatInternalTopicsHave(
        "max.message.bytes", Integer.toString(RecordLimit.byDefault().topicBytes()));
  }

  /** Otherwise the brokers have created the internal topics with other settings than ours. */
  private void assertThatInternalTopicsHave(String key, String value) throws Exception {
    try (Admin admin = kafka.admin()) {
      List<ConfigResource> internal =
          admin.listTopics().names().get().stream()
              .filter(name -> name.startsWith(kafka.topics().prefix() + "streams-"))
              .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
              .toList();
      assertThat(internal).isNotEmpty();
      assertThat(admin.describeConfigs(internal).all().get().values())
          .allSatisfy(config -> assertThat(config.get(key).value()).isEqualTo(value));
    }
  }

  @Test
  void givenABrokerThatCompactsAllTheTime_whenTasksComeLate_thenTheirSubsetsAreTheBatchSelection()
      throws Exception {
    kafka.compactAllTheTime(kafka.topics().representations(), Map.of());
    pool.define(pool.task("early", 3));
    try (SelectionService service = pool.start("state")) {
      pool.arrive(CANDIDATES / 2);
      for (int round = 0; round < 6; round++) {
        TargetTask late = pool.task("late-" + round, 3);
        pool.define(late);
        pool.retractSome(100);
        pool.repeatSome();
        pool.arrive(200);
        pool.assertSubsetIsBatch(late);
      }
      assertThat(service.isRunning()).isTrue();
    }
    assertThat(
            topics.readAll(
                kafka.topics().representations(), Serdes.ByteArray(), Serdes.ByteArray()))
        .as("records that compaction has left")
        .hasSizeLessThan(pool.written());
  }

  @Test
  void
      givenUndecodableRecordsOnEveryInput_whenTheServiceRuns_thenTheyBecomeDeadLettersAndItContinues() {
    TargetTask task = pool.task("t", 2);
    byte[] junk = "not avro".getBytes(StandardCharsets.UTF_8);
    for (String topic :
        List.of(
            kafka.topics().targetTasks(),
            kafka.topics().queryRepresentations(),
            kafka.topics().representations())) {
      topics.write(topic, Serdes.ByteArray(), Serdes.ByteArray(), junk, junk, Optional.empty());
    }
    pool.define(task);

    try (SelectionService service = pool.start("state")) {
      pool.arrive(200);
      pool.assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    assertThat(topics.readAll(kafka.topics().deadLetters(), Serdes.ByteArray(), Serdes.ByteArray()))
        .hasSize(3)
        .allSatisfy(
            letter -> {
              assertThat(letter.getKey()).isEqualTo(junk);
              assertThat(letter.getValue()).contains(junk);
            });
  }
}
