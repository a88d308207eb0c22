package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.TaskArm;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.streams.client.FineTuneJobs;
import io.sluice.streams.client.JobVerification;
import io.sluice.streams.client.Verification;
import io.sluice.streams.topology.SelectionService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
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
    pool = new SyntheticPool(kafka, directory, Optional.of("hidden"));
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

  @Test
  void givenJobs_whenVerifiedLater_thenTheirDatasetsAreThoseOfThePoolAtTheirOffsets()
      throws Exception {
    TargetTask task =
        TargetTask.newBuilder(pool.task("t", 4))
            .setControls(List.of(Arm.RANDOM))
            .setRandomDraws(2)
            .setArms(
                List.of(
                    new TaskArm("greedy", "", "doubly-greedy"),
                    new TaskArm("rds", "hidden", "round-robin")))
            .build();
    pool.define(task);
    try (SelectionService service = pool.start("state")) {
      pool.arrive(400);
      pool.assertSubsetIsBatch(task);
      for (int budget : task.getBudgets()) {
        topics.await(
            kafka.topics().fineTuneJobs(),
            avro.<FineTuneJob>value(),
            job -> job.getBudget() == budget);
      }
      pool.retractSome(50);
      pool.arrive(1000);
      pool.assertSubsetIsBatch(task);
      assertThat(service.isRunning()).isTrue();
    }

    for (FineTuneJob job : new FineTuneJobs(access()).all()) {
      JobVerification.Report report = verify(job);
      assertThat(report.remark()).isEmpty();
      assertThat(report.differences()).isEmpty();
      assertThat(report.verdict()).isEqualTo(Verification.Verdict.EQUAL);
      assertThat(report.pools().get(0).pool().arms()).containsExactly("random-1", "greedy");
      assertThat(report.pools().get(1).pool().arms()).containsExactly("rds");
      for (JobVerification.PoolReport each : report.pools()) {
        // A nomination may overtake the count of its shard.
        assertThat((long) each.candidates()).isGreaterThanOrEqualTo(job.getPoolSize());
        assertThat(each.unseen()).isEqualTo(1400 - each.candidates());
      }
    }
    FineTuneJob job = new FineTuneJobs(access()).all().get(0);
    List<Long> ends = new ArrayList<>();
    List<TopicPartition> partitions =
        IntStream.range(0, SyntheticPool.SHARDS)
            .mapToObj(each -> new TopicPartition(kafka.topics().representations(), each))
            .toList();
    partitions.forEach(each -> ends.add(access().ends(partitions).get(each)));
    JobVerification.Report different = verify(FineTuneJob.newBuilder(job).setOffsets(ends).build());
    assertThat(different.verdict()).isEqualTo(Verification.Verdict.DIFFERENT);
    assertThat(different.differences())
        .anySatisfy(
            difference ->
                assertThat(difference.what())
                    .containsPattern("of part SELECTED, where the batch rule has"));
    JobArm arm = job.getArms().get(2);
    JobVerification.Report ofArm =
        verify(
            FineTuneJob.newBuilder(job)
                .setArms(
                    List.of(
                        job.getArms().get(0),
                        job.getArms().get(1),
                        JobArm.newBuilder(arm).setOffsets(ends).build()))
                .build());
    assertThat(ofArm.verdict()).isEqualTo(Verification.Verdict.DIFFERENT);
    assertThat(ofArm.differences())
        .isNotEmpty()
        .allSatisfy(difference -> assertThat(difference.what()).contains("of part ARM rds"));
    JobVerification.Report gone =
        verify(FineTuneJob.newBuilder(job).setOffsets(List.of(0L, 0L, 0L, 0L)).build());
    assertThat(gone.verdict()).isEqualTo(Verification.Verdict.UNDECIDED);
    assertThat(gone.remark()).contains("examples have no record below the offsets any more");
    assertThat(gone.differences()).hasSizeGreaterThanOrEqualTo(10);
    JobVerification.Report unknown =
        verify(FineTuneJob.newBuilder(job).setOffsets(List.of()).build());
    assertThat(unknown.verdict()).isEqualTo(Verification.Verdict.UNDECIDED);
    assertThat(unknown.remark()).contains("does not name the offsets");
  }

  /** Publishes the record of a job, and verifies the job. */
  private JobVerification.Report verify(FineTuneJob job) throws Exception {
    topics.write(
        kafka.topics().fineTuneJobs(),
        Serdes.String(),
        avro.<FineTuneJob>value(),
        job.getJobId(),
        job,
        Optional.of(KeyPartitions.partitionFor("t", 2)));
    topics.flush();
    return new JobVerification(access(), new UnseenProgress()).verify(job.getJobId());
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
    return new Verification(access(), new UnseenProgress()).verify(task.getTaskId(), patience);
  }

  private KafkaAccess access() {
    return KafkaAccess.of(
        Map.of(
            "bootstrap.servers", kafka.bootstrapServers(),
            "schema.registry.url", kafka.schemaRegistry(),
            "topic.prefix", kafka.topics().prefix()));
  }
}
