package io.sluice.gpuworker.trainer;

import static io.sluice.gpuworker.trainer.TrainerLoopFixture.FIRST;
import static io.sluice.gpuworker.trainer.TrainerLoopFixture.SECOND;
import static io.sluice.gpuworker.trainer.TrainerLoopFixture.in;
import static io.sluice.gpuworker.trainer.TrainerLoopFixture.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.job.JobControl;
import io.sluice.gpuworker.job.JobOutcome;
import io.sluice.gpuworker.job.JobProgress;
import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.TrainingProgress;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.deadletter.DeadLetterHeaders;
import io.sluice.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainerLoopTest {
  private final TrainerLoopFixture trainer = new TrainerLoopFixture();

  @AfterEach
  void close() {
    trainer.close();
  }

  @Test
  void givenTwoJobs_whenTheFirstIsWorkedOn_thenTheSecondWaitsAndIsNotFetched() throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.put(SECOND, job("b"));
    trainer.turns(5);

    assertThat(trainer.isBegun()).isTrue();
    assertThat(trainer.consumer.paused()).containsExactlyInAnyOrder(FIRST, SECOND);
    trainer.endWork(new JobOutcome.Finished("/out", "fine"));
    trainer.turns(3);

    assertThat(trainer.isBegun()).isTrue();
    trainer.endWork(new JobOutcome.Failed("no"));
    trainer.turns(3);
    assertThat(trainer.worked).extracting(FineTuneJob::getJobId).containsExactly("a", "b");
    assertThat(trainer.reports())
        .extracting(FineTuneResult::getState)
        .containsExactly(FineTuneState.FINISHED, FineTuneState.FAILED);
    assertThat(trainer.offsets())
        .containsExactly(
            Map.of(FIRST, new OffsetAndMetadata(1)), Map.of(SECOND, new OffsetAndMetadata(1)));
    assertThat(trainer.consumer.paused()).isEmpty();
    assertThat(trainer.count("finished")).isEqualTo(1);
    assertThat(trainer.count("failed")).isEqualTo(1);
  }

  @Test
  void givenProgress_whenTurning_thenStartedAndNewsAreReportedAtOnceAndStepsAtIntervals()
      throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    assertThat(trainer.reports()).as("the attempt has not begun").isEmpty();
    JobControl control = trainer.control();
    control.setProgress(JobProgress.of(2, "reading", List.of()));
    trainer.turns(3);
    control.setProgress(JobProgress.of(2, "training", List.of()));
    trainer.turns(3);
    control.step(new ArmRun(ArmName.SELECTED, 3), 1, 10, 2.0, 50);
    control.step(new ArmRun(ArmName.SELECTED, 3), 2, 10, 1.0, 60);
    control.output("epoch 1\nepoch 2");
    trainer.turns(3);
    trainer.now += TrainerLoopFixture.REPORT_NANOS;
    trainer.turns(3);

    assertThat(trainer.reports())
        .extracting(FineTuneResult::getState, FineTuneResult::getDetail)
        .containsExactly(
            tuple(FineTuneState.STARTED, "reading"),
            tuple(FineTuneState.PROGRESS, "training"),
            tuple(FineTuneState.PROGRESS, "training"));
    FineTuneResult last = trainer.reports().get(2);
    assertThat(last.getAttempt()).isEqualTo(2);
    assertThat(last.getTrainer()).isEqualTo("t1");
    assertThat(last.getLeaseUntil()).isEqualTo(5000 + 30_000);
    assertThat(last.getProgress())
        .containsExactly(new TrainingProgress(Arm.SELECTED, 3, 2, 10, 1.5, 60.0, ""));
    assertThat(last.getLog()).isEqualTo("epoch 1\nepoch 2");
    assertThat(trainer.offsets())
        .as("whoever takes the partition reads the job again")
        .containsOnly(Map.of(FIRST, new OffsetAndMetadata(0)));
  }

  @Test
  void givenAJobThatWasCancelledBeforeItIsTaken_whenRead_thenPassedOverWithoutAReport()
      throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.turns(1);
    trainer.put(FIRST, in(JobState.CANCELLED, job("a")));
    trainer.put(FIRST, job("b"));
    trainer.turns(8);

    assertThat(trainer.isBegun()).isTrue();
    assertThat(trainer.watchesOpened())
        .as("no watch for a job that is read as cancelled")
        .isEqualTo(2);
    trainer.endWork(new JobOutcome.Finished("/out", ""));
    trainer.turns(2);
    assertThat(trainer.worked).extracting(FineTuneJob::getJobId).containsExactly("b");
    assertThat(trainer.reports()).extracting(FineTuneResult::getJobId).containsExactly("b");
    assertThat(trainer.count("passed_over")).isEqualTo(2);
  }

  @Test
  void givenJobsThatWerePublishedAgainAndAgain_whenRead_thenOnlyTheirNewestRecordsAreTaken()
      throws Exception {
    for (int i = 0; i < 50; i++) {
      trainer.put(
          FIRST,
          FineTuneJob.newBuilder(job("a")).setRetracted(Collections.nCopies(i, "s1")).build());
      trainer.put(FIRST, job("ended"));
    }
    trainer.put(FIRST, in(JobState.FINISHED, job("ended")));
    trainer.pollAtMost(3);
    trainer.turns(120);

    assertThat(trainer.isBegun()).isTrue();
    assertThat(trainer.watchesOpened()).as("for 101 records of two jobs").isEqualTo(2);
    trainer.endWork(new JobOutcome.Finished("/out", ""));
    trainer.turns(3);
    assertThat(trainer.worked).extracting(FineTuneJob::getJobId).containsExactly("a");
    assertThat(trainer.worked.get(0).getRetracted()).hasSize(49);
    assertThat(trainer.count("passed_over")).isEqualTo(2);
    assertThat(trainer.committed(FIRST)).isEqualTo(101);
  }

  @Test
  void givenAnUnusableRecordUnderTheKeyOfAJob_whenRead_thenTheJobIsStillTaken() throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.put(FIRST, "a".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3});
    trainer.put(FIRST, "a", job("b"));
    trainer.turns(4);

    assertThat(trainer.isBegun()).isTrue();
    trainer.endWork(new JobOutcome.Finished("/out", ""));
    trainer.turns(3);
    assertThat(trainer.worked).extracting(FineTuneJob::getJobId).containsExactly("a");
    assertThat(trainer.letters()).hasSize(2);
  }

  @Test
  void givenRetractionsAfterTheJob_whenBegun_thenTheWorkKnowsThem() throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.put(FIRST, FineTuneJob.newBuilder(job("a")).setRetracted(List.of("s1")).build());
    trainer.turns(4);
    trainer.endWork(new JobOutcome.Finished("/out", ""));

    assertThat(trainer.worked.get(0).getRetracted()).containsExactly("s1");
  }

  @Test
  void givenAJobThatIsCancelledDuringTheWork_whenTheWorkHasStopped_thenCancelledIsReported()
      throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    JobControl control = trainer.control();
    trainer.put(FIRST, in(JobState.CANCELLED, job("a")));
    trainer.turns(1);
    trainer.endWork(new JobOutcome.Stopped());
    trainer.turns(1);

    assertThat(control.stopReason()).contains(StopReason.CANCELLED);
    assertThat(trainer.reports())
        .extracting(FineTuneResult::getState)
        .containsExactly(FineTuneState.CANCELLED);
    assertThat(trainer.offsets()).containsExactly(Map.of(FIRST, new OffsetAndMetadata(1)));
  }

  @Test
  void givenAPartitionThatIsReassigned_whenTheWorkEnds_thenNothingIsReportedAndTheNextJobRuns()
      throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.put(SECOND, job("b"));
    trainer.turns(4);
    JobControl control = trainer.control();
    trainer.consumer.rebalance(List.of(SECOND));
    trainer.turns(1);
    trainer.endWork(new JobOutcome.Finished("/out", ""));
    trainer.turns(4);

    assertThat(control.stopReason()).contains(StopReason.HANDED_ON);
    assertThat(trainer.reports()).isEmpty();
    assertThat(trainer.isBegun()).isTrue();
  }

  @Test
  void givenReportsThatFail_whenAJobEnds_thenItIsReportedOnceOneSucceeds() throws Exception {
    trainer.producersFail = Optional.of(new KafkaException("no broker"));
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    trainer.endWork(new JobOutcome.Failed("no"));
    trainer.turns(2);
    assertThat(trainer.reports()).isEmpty();

    trainer.producersFail = Optional.empty();
    trainer.now += TimeUnit.SECONDS.toNanos(1);
    trainer.turns(1);
    assertThat(trainer.reports()).extracting(FineTuneResult::getDetail).containsExactly("no");
  }

  @Test
  void givenAccessDenied_whenAJobEnds_thenTheTurnFailsWithTheReason() throws Exception {
    trainer.producersFail =
        Optional.of(
            new KafkaException("in an error state", new TopicAuthorizationException("results")));
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    trainer.endWork(new JobOutcome.Failed("no"));

    assertThatThrownBy(() -> trainer.turns(1))
        .isInstanceOf(TopicAuthorizationException.class)
        .hasMessage("results");
  }

  @Test
  void givenATurnThatFails_whenTheLoopIsClosed_thenTheWatchIsClosed() {
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    trainer.consumer.setPollException(new KafkaException("gone"));
    assertThatThrownBy(() -> trainer.turns(1)).hasMessage("gone");
    assertThat(trainer.isWatching()).isTrue();

    trainer.loop.close();

    assertThat(trainer.isWatching()).isFalse();
  }

  @Test
  void givenNoEndOffset_whenAWatchIsOpened_thenItFailsAndItsConsumerIsClosed() {
    MockConsumer<byte[], byte[]> silent = new MockConsumer<>("earliest");
    RecordValues<FineTuneJob> values =
        new RecordValues<>(FineTuneJob.class, AvroSerdes.forRegistry("mock://job-watch"));

    assertThatThrownBy(
            () ->
                new JobWatch(
                    silent,
                    new ConsumerRecord<>(FIRST.topic(), FIRST.partition(), 0, null, null),
                    job("a"),
                    values,
                    new NewestRecords(values)))
        .isInstanceOf(IllegalStateException.class);

    assertThat(silent.closed()).isTrue();
  }

  @Test
  void givenAJobThatIsWorkedOn_whenTheTrainerStops_thenTheJobIsLeftToTheNext() throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    JobControl control = trainer.control();
    control.setProgress(JobProgress.of(1, "training", List.of()));
    trainer.turns(1);
    trainer.endWork(new JobOutcome.Stopped());
    trainer.loop.finish();

    assertThat(control.stopReason()).contains(StopReason.HANDED_ON);
    assertThat(trainer.reports())
        .extracting(FineTuneResult::getState, FineTuneResult::getLeaseUntil)
        .containsExactly(
            tuple(FineTuneState.STARTED, 35_000L), tuple(FineTuneState.PROGRESS, 5_000L));
    assertThat(trainer.offsets()).containsOnly(Map.of(FIRST, new OffsetAndMetadata(0)));
  }

  @Test
  void givenADeviceThatIsLost_whenTheWorkEnds_thenTheTrainerEndsAndTheJobIsLeftToTheNext()
      throws Exception {
    trainer.put(FIRST, job("a"));
    trainer.turns(4);
    trainer.control().setProgress(JobProgress.of(2, "training", List.of()));
    trainer.turns(1);
    EngineException cause = new EngineException("CUDA error: unspecified launch failure");
    trainer.failWork(new DeviceFailure("gpu(0)", DeviceFault.LOST, cause));

    assertThatThrownBy(() -> trainer.turns(1))
        .isInstanceOf(ServiceFailure.class)
        .hasCauseInstanceOf(DeviceFailure.class)
        .hasMessageContainingAll("gpu(0)", "the next trainer continues the job");

    assertThat(trainer.reports())
        .extracting(
            FineTuneResult::getState, FineTuneResult::getAttempt, FineTuneResult::getLeaseUntil)
        .as("no end, and the attempt does not count")
        .containsExactly(
            tuple(FineTuneState.STARTED, 2, 35_000L), tuple(FineTuneState.PROGRESS, 1, 5_000L));
    assertThat(trainer.offsets())
        .as("whoever takes the partition reads the job again")
        .containsOnly(Map.of(FIRST, new OffsetAndMetadata(0)));
  }

  @Test
  void givenUnreadableAndDeletedRecords_whenRead_thenTheUnreadableOneIsADeadLetter() {
    trainer.consumer.addRecord(
        new ConsumerRecord<>(FIRST.topic(), FIRST.partition(), 0, new byte[1], new byte[] {1, 2}));
    trainer.consumer.addRecord(
        new ConsumerRecord<>(FIRST.topic(), FIRST.partition(), 1, new byte[1], null));
    trainer.turns(4);

    assertThat(trainer.letters()).hasSize(1);
    assertThat(header(trainer.letters().get(0), DeadLetterHeaders.REASON)).contains("not Avro");
    assertThat(header(trainer.letters().get(0), DeadLetterHeaders.STAGE)).isEqualTo("train");
    assertThat(trainer.offsets()).containsExactly(Map.of(FIRST, new OffsetAndMetadata(1)));
    assertThat(trainer.committed(FIRST)).isEqualTo(2);
    assertThat(trainer.isBegun()).isFalse();
  }

  @Test
  void givenAJobUnderAnotherKey_whenRead_thenItIsADeadLetter() {
    trainer.put(FIRST, "another", job("a"));
    trainer.turns(4);

    assertThat(header(trainer.letters().get(0), DeadLetterHeaders.REASON)).contains("key is not");
    assertThat(trainer.isBegun()).isFalse();
  }

  @Test
  void givenADeadLetterThatKafkaDoesNotTake_whenTurning_thenItIsSentOnceKafkaDoes() {
    trainer.producersFail = Optional.of(new KafkaException("away"));
    trainer.put(FIRST, "another", job("a"));
    trainer.put(FIRST, job("b"));
    trainer.turns(4);
    assertThat(trainer.letters()).isEmpty();

    trainer.producersFail = Optional.empty();
    trainer.now = Duration.ofSeconds(2).toNanos();
    trainer.turns(4);

    assertThat(trainer.letters()).hasSize(1);
    assertThat(trainer.isBegun()).isTrue();
  }

  private static String header(ProducerRecord<?, ?> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
