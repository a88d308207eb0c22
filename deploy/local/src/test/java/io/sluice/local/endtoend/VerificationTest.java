package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.streams.client.PoolProgress;
import io.sluice.streams.client.Verification;
import io.sluice.streams.topology.SelectionService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A subset on a real broker is verified from the topics alone. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class VerificationTest {
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
  void givenASubset_whenVerified_thenWhateverDiffersFromTheBatchRuleIsNamed() throws Exception {
    TargetTask task = pool.task("t", 4);
    pool.define(task);
    try (SelectionService service = pool.start("state")) {
      pool.arrive(500);
      pool.retractSome(20);
      Verification.Report report = verify(task, Duration.ofMinutes(5));
      assertThat(report.remark()).isEmpty();
      assertThat(report.verdict()).isEqualTo(Verification.Verdict.EQUAL);
      assertThat(report.pool()).isEqualTo(480);
      assertThat(report.selected()).isEqualTo(SyntheticPool.BUDGET);
      pool.assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }
    Map<String, SelectedInstruction> subset = pool.subset(task);
    String first = subset.keySet().iterator().next();
    SelectedInstruction original = subset.get(first);

    publish(first, SelectedInstruction.newBuilder(original).setScore(0.5f).build());
    assertDifference(task, first, "score is 0.5 instead of " + original.getScore());
    publish(
        first,
        SelectedInstruction.newBuilder(original)
            .setMessages(List.of(Messages.of("assistant", "forged")))
            .build());
    assertDifference(task, first, "messages differs");
    topics.write(
        kafka.topics().selected(),
        avro.<SelectedKey>key(),
        Serdes.ByteArray(),
        new SelectedKey("t", first),
        new byte[] {1, 2, 3},
        Optional.of(KeyPartitions.partitionFor("t", 2)));
    assertDifference(task, first, "has a published record that cannot be read");
    topics.write(
        kafka.topics().selected(),
        avro.<SelectedKey>key(),
        Serdes.ByteArray(),
        new SelectedKey("t", first),
        null,
        Optional.of(KeyPartitions.partitionFor("t", 2)));
    assertDifference(task, first, "is not published, but the batch rule selects it");
    publish(first, original);
    assertThat(verify(task, Duration.ZERO).verdict()).isEqualTo(Verification.Verdict.EQUAL);

    pool.arrive(1000);
    Verification.Report behind = verify(task, Duration.ZERO);
    assertThat(behind.verdict()).isEqualTo(Verification.Verdict.UNDECIDED);
    assertThat(behind.remark()).contains("counts 480 candidates in the pool, the topic has 1480");
  }

  private void publish(String id, SelectedInstruction instruction) {
    topics.write(
        kafka.topics().selected(),
        avro.<SelectedKey>key(),
        avro.<SelectedInstruction>value(),
        new SelectedKey("t", id),
        instruction,
        Optional.of(KeyPartitions.partitionFor("t", 2)));
    topics.flush();
  }

  private void assertDifference(TargetTask task, String id, String what) throws Exception {
    topics.flush();
    Verification.Report report = verify(task, Duration.ZERO);
    assertThat(report.verdict()).isEqualTo(Verification.Verdict.DIFFERENT);
    assertThat(report.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.candidateId()).isEqualTo(id);
              assertThat(difference.what()).contains(what);
            });
  }

  private Verification.Report verify(TargetTask task, Duration patience) throws Exception {
    KafkaAccess access =
        KafkaAccess.of(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "schema.registry.url", kafka.schemaRegistry(),
                "topic.prefix", kafka.topics().prefix()));
    PoolProgress unseen =
        (name, most) ->
            new PoolProgress.Stage() {
              @Override
              public void add(int count) {}

              @Override
              public void close() {}
            };
    return new Verification(access, unseen).verify(task.getTaskId(), patience);
  }
}
