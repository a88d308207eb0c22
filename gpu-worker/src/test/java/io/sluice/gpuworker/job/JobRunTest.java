package io.sluice.gpuworker.job;

import static io.sluice.gpuworker.job.JobFixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.gpuworker.launch.StopReason;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.TrainingLoss;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.ExampleHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outcomes of a job's arms, and the reuse of what earlier attempts have completed. */
class JobRunTest {
  @TempDir private Path folder;
  private JobFixture work;

  @BeforeEach
  void createTheModelsFolder() throws IOException {
    work = new JobFixture(folder);
  }

  @Test
  void givenAJobWithTwoSeeds_whenRun_thenEachArmIsTrainedPerSeedAndTheBaseEvaluatedOnce() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setSeeds(List.of(3, 5)).build();

    JobOutcome outcome = work.run(job, work.writing());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            JobOutcome.Finished.class,
            finished -> {
              assertThat(finished.output())
                  .isEqualTo(work.output().resolve("maths-4-a").toString());
              assertThat(finished.detail()).isEmpty();
            });
    assertThat(work.outcomes())
        .extracting(arm -> arm.getArm() + " " + arm.getSeed())
        .containsExactly("NONE 0", "SELECTED 3", "RANDOM 3", "SELECTED 5", "RANDOM 5");
    assertThat(work.outcomes())
        .allSatisfy(
            arm -> {
              assertThat(arm.getQueryLoss()).isEqualTo(JobFixture.LOSS);
              assertThat(arm.getHeldOutLoss()).hasSize(1);
            });
    assertThat(work.outcomes().get(0).getTrainingLosses()).isEmpty();
    assertThat(work.outcomes().subList(1, 5))
        .allSatisfy(
            arm ->
                assertThat(arm.getTrainingLosses())
                    .containsExactly(new TrainingLoss(1, 2.5f), new TrainingLoss(2, 1.25f)));
    assertThat(work.trained).hasSize(4);
    assertThat(ids(work.trained.get(1))).containsExactly("r0", "r1", "r2", "r3");
    assertThat(work.outcomes().get(1).getOutput()).endsWith("/model");
    assertThat(Path.of(work.outcomes().get(1).getOutput()).resolve("weights")).exists();
  }

  @Test
  void givenARandomControlWithoutExamples_whenRun_thenTheOthersAreTrainedAndTheDetailSaysWhy() {
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job())
            .setBudgetTokens(7)
            .setRandomExamples(0)
            .setControlChecksum(ExampleHashes.ofOrder(List.of()))
            .build();
    work.dataset =
        work.dataset.stream().filter(example -> example.getPart() != DatasetPart.RANDOM).toList();

    JobOutcome outcome = work.run(job, work.writing());

    assertThat(work.outcomes())
        .extracting(ArmOutcome::getArm)
        .containsExactly(Arm.NONE, Arm.SELECTED);
    assertThat(((JobOutcome.Finished) outcome).detail())
        .isEqualTo(
            "the arm random is empty and was not trained: the first candidate of its order alone"
                + " has more learnt tokens than the budget's 7");
  }

  @Test
  void givenFurtherArms_whenRun_thenEachIsTrainedOnItsOwnExamplesAndReportedByName() {
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job())
            .setArms(List.of(arm("rds", false, "r1", "s3"), arm("random-1", true, "s0")))
            .build();
    List<DatasetRecord> records = new ArrayList<>(work.dataset);
    records.addAll(records("rds", "r1", "s3"));
    records.addAll(records("random-1", "s0"));
    work.dataset = records;

    work.run(job, work.writing());

    assertThat(work.outcomes())
        .extracting(ArmOutcome::getArm, ArmOutcome::getName)
        .containsExactly(
            tuple(Arm.NONE, ""),
            tuple(Arm.SELECTED, ""),
            tuple(Arm.RANDOM, ""),
            tuple(Arm.SELECTED, "rds"),
            tuple(Arm.RANDOM, "random-1"));
    assertThat(ids(work.trained.get(2))).containsExactly("r1", "s3");
    assertThat(ids(work.trained.get(3))).containsExactly("s0");
    assertThat(work.outcomes().get(3).getOutput()).contains("rds-seed0");
  }

  private static JobArm arm(String name, boolean random, String... ids) {
    return new JobArm(
        name,
        "hidden",
        "f",
        "round-robin",
        random,
        40L,
        ids.length,
        ExampleHashes.ofOrder(List.of(ids)),
        List.of());
  }

  /** Records of a further arm with the texts that these candidates have elsewhere. */
  private List<DatasetRecord> records(String arm, String... ids) {
    return IntStream.range(0, ids.length)
        .mapToObj(
            rank ->
                DatasetRecord.newBuilder(
                        work.dataset.stream()
                            .filter(known -> known.getCandidateId().equals(ids[rank]))
                            .findFirst()
                            .orElseThrow())
                    .setPart(DatasetPart.ARM)
                    .setArm(arm)
                    .setRank(rank)
                    .build())
        .toList();
  }

  @Test
  void givenOutcomesOfAnEarlierAttempt_whenRun_thenTheyAreKeptAndNotRepeated() {
    ArmOutcome done =
        ArmOutcome.newBuilder()
            .setArm(Arm.SELECTED)
            .setSeed(0)
            .setQueryLoss(JobFixture.LOSS)
            .build();
    work.last = Optional.of(work.report(FineTuneState.PROGRESS, 2, List.of(done)));

    work.run(work.frozen.job(), work.writing());

    assertThat(work.control.progress().orElseThrow().attempt()).isEqualTo(3);
    assertThat(work.outcomes()).first().isEqualTo(done);
    assertThat(work.outcomes()).hasSize(3);
    assertThat(work.trained).extracting(order -> order.run().arm()).containsExactly(ArmName.RANDOM);
  }

  @Test
  void givenAModelThatAnEarlierAttemptFinished_whenRun_thenItIsOnlyEvaluated() {
    work.run(work.frozen.job(), work.writing());
    work.trained.clear();
    work.evaluated.clear();

    work.run(work.frozen.job(), work.writing());

    assertThat(work.trained).isEmpty();
    assertThat(work.evaluated).as("each model on queries and held-out examples at once").hasSize(2);
    assertThat(work.outcomes()).hasSize(3);
  }

  @Test
  void givenATrainerThatFinishesTheSameRunMeanwhile_whenTrained_thenItsModelIsKept()
      throws IOException {
    JobOutcome outcome =
        work.run(
            work.frozen.job(),
            order -> {
              order.folder().finish(work.writing().of(order), 7);
              return work.writing().of(order);
            });

    assertThat(outcome).isInstanceOf(JobOutcome.Finished.class);
    assertThat(work.outcomes().get(1).getSeconds())
        .as("of the model that was published first")
        .isEqualTo(7);
    try (var files = Files.list(work.trained.get(0).folder().path())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("model", "train.jsonl", "trained.json");
    }
  }

  @Test
  void givenAJobThatHasEnded_whenRun_thenPassedOver() {
    work.last = Optional.of(work.report(FineTuneState.FAILED, 1, List.of()));

    assertThat(work.run(work.frozen.job(), work.writing()))
        .isInstanceOf(JobOutcome.PassedOver.class);
    assertThat(work.trained).isEmpty();
  }

  @Test
  void givenAStop_whenTheLauncherFailsBecauseOfIt_thenStoppedAndNotFailed() {
    JobOutcome outcome =
        work.run(
            work.frozen.job(),
            order -> {
              work.control.stop(StopReason.HANDED_ON);
              throw new IOException("closed by interrupt");
            });

    assertThat(outcome).isInstanceOf(JobOutcome.Stopped.class);
    assertThat(Thread.interrupted())
        .as("the thread's interrupt flag, before the next job")
        .isFalse();
  }

  @Test
  void givenACancelledJob_whenStopped_thenUnfinishedFilesAreDeletedAndModelsKept()
      throws IOException {
    work.run(
        work.frozen.job(),
        order -> {
          Files.createDirectories(order.folder().checkpoints().resolve("checkpoint-1"));
          if (order.run().arm().equals(ArmName.SELECTED)) {
            return work.writing().of(order);
          }
          work.writing().of(order);
          work.control.stop(StopReason.CANCELLED);
          throw new InterruptedException("stopped");
        });

    assertThat(work.trained.get(0).folder().model()).exists();
    assertThat(work.trained.get(1).folder().writing()).doesNotExist();
    assertThat(work.trained.get(1).folder().checkpoints()).doesNotExist();
  }
}
