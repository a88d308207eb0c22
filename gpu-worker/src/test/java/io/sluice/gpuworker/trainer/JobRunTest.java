package io.sluice.gpuworker.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.MeanLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobRunTest {
  private static final MeanLoss LOSS = new MeanLoss(1.5, 0.1, 2, List.of(1.4f, 1.6f));

  @TempDir private Path folder;
  private final Frozen frozen = Frozen.job("maths-4-a");
  private final List<TrainingOrder> trained = new ArrayList<>();
  private final List<Path> evaluated = new ArrayList<>();
  private final RunControl control = new RunControl();
  private Optional<FineTuneResult> last = Optional.empty();
  private List<DatasetRecord> dataset = frozen.dataset();

  @BeforeEach
  void makeTheModelsFolder() throws IOException {
    Files.createDirectory(model());
  }

  @Test
  void givenAJobWithTwoSeeds_whenRun_thenEachArmIsTrainedWithEachAndTheBaseEvaluatedOnce() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setSeeds(List.of(3, 5)).build();

    Ending ending = run(job, writing());

    assertThat(ending)
        .isInstanceOfSatisfying(
            Ending.Finished.class,
            finished -> {
              assertThat(finished.output()).isEqualTo(output().resolve("maths-4-a").toString());
              assertThat(finished.detail()).isEmpty();
            });
    assertThat(outcomes())
        .extracting(outcome -> outcome.getArm() + " " + outcome.getSeed())
        .containsExactly("NONE 0", "SELECTED 3", "RANDOM 3", "SELECTED 5", "RANDOM 5");
    assertThat(outcomes())
        .allSatisfy(
            outcome -> {
              assertThat(outcome.getQueryLoss()).isEqualTo(LOSS);
              assertThat(outcome.getHeldOutLoss()).hasSize(1);
            });
    assertThat(trained).hasSize(4);
    assertThat(ids(trained.get(1))).containsExactly("r0", "r1", "r2", "r3");
    assertThat(outcomes().get(1).getOutput()).endsWith("/model");
    assertThat(Path.of(outcomes().get(1).getOutput()).resolve("weights")).exists();
  }

  @Test
  void givenOutcomesOfAnEarlierAttempt_whenRun_thenTheyAreKeptAndNotTrainedAgain() {
    ArmOutcome done =
        ArmOutcome.newBuilder().setArm(Arm.SELECTED).setSeed(0).setQueryLoss(LOSS).build();
    last = Optional.of(report(FineTuneState.PROGRESS, 2, List.of(done)));

    run(frozen.job(), writing());

    assertThat(control.progress().orElseThrow().attempt()).isEqualTo(3);
    assertThat(outcomes()).first().isEqualTo(done);
    assertThat(outcomes()).hasSize(3);
    assertThat(trained).extracting(order -> order.run().arm()).containsExactly(Arm.RANDOM);
  }

  @Test
  void givenAModelThatAnEarlierAttemptFinished_whenRun_thenItIsEvaluatedOnly() {
    run(frozen.job(), writing());
    trained.clear();
    evaluated.clear();

    run(frozen.job(), writing());

    assertThat(trained).isEmpty();
    assertThat(evaluated).as("each on queries and held-out examples in one go").hasSize(2);
    assertThat(outcomes()).hasSize(3);
  }

  @Test
  void givenAModelHalfWritten_whenRunAgain_thenItIsNotTakenForFinished() throws IOException {
    Ending broken =
        run(
            frozen.job(),
            order -> {
              Files.createDirectories(order.folder().writing());
              Files.writeString(order.folder().writing().resolve("weights"), "half");
              throw new IOException("No space left on device");
            });

    assertThat(reason(broken)).contains("disk").contains("is full").contains("output.dir");
    assertThat(run(frozen.job(), writing())).isInstanceOf(Ending.Finished.class);
    assertThat(Files.readString(Path.of(outcomes().get(1).getOutput()).resolve("weights")))
        .isEqualTo("whole");
  }

  @Test
  void givenATrainerThatHasFinishedTheSameRunMeanwhile_whenTrained_thenItsModelIsTaken()
      throws IOException {
    Ending ending =
        run(
            frozen.job(),
            order -> {
              order.folder().finish(writing().of(order), 7);
              return writing().of(order);
            });

    assertThat(ending).isInstanceOf(Ending.Finished.class);
    assertThat(outcomes().get(1).getSeconds()).as("of the one that was there first").isEqualTo(7);
    try (var files = Files.list(trained.get(0).folder().path())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("model", "train.jsonl", "trained.json");
    }
  }

  @Test
  void givenADiskThatIsFull_whenRun_thenFailedAndOnceThereIsRoomItFinishes() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).as("this system has a device that is always full").exists();
    run(frozen.job(), writing());
    Path folderOfRun = trained.get(0).folder().path();
    Files.delete(folderOfRun.resolve("model").resolve("weights"));
    Files.delete(folderOfRun.resolve("model"));
    Path dataset = folderOfRun.resolve("train.jsonl.writing");
    Files.createSymbolicLink(dataset, full);

    assertThat(reason(run(frozen.job(), writing())))
        .contains("the disk of " + output() + " is full")
        .contains("free space");
    assertThat(folderOfRun.resolve("model")).doesNotExist();

    Files.delete(dataset);
    assertThat(run(frozen.job(), writing())).isInstanceOf(Ending.Finished.class);
  }

  @Test
  void givenAJobThatHasEnded_whenRun_thenPassedOver() {
    last = Optional.of(report(FineTuneState.FAILED, 1, List.of()));

    assertThat(run(frozen.job(), writing())).isInstanceOf(Ending.PassedOver.class);
    assertThat(trained).isEmpty();
  }

  @Test
  void givenRetractedExamples_whenRun_thenTheyAreLeftOutAndThatIsSaid() {
    FineTuneJob job =
        FineTuneJob.newBuilder(frozen.job()).setRetracted(List.of("s1", "r2", "s3")).build();

    Ending ending = run(job, writing());

    assertThat(ids(trained.get(0))).containsExactly("s0", "s2");
    assertThat(((Ending.Finished) ending).detail())
        .contains("2 of 4 examples of arm selected were retracted")
        .contains("1 of 4 examples of arm random were retracted");
  }

  @Test
  void givenRetractedExamplesOfAnArmThatIsDone_whenRunAgain_thenThatIsSaidStill() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setRetracted(List.of("s1")).build();
    ArmOutcome done =
        ArmOutcome.newBuilder().setArm(Arm.SELECTED).setSeed(0).setQueryLoss(LOSS).build();
    last = Optional.of(report(FineTuneState.PROGRESS, 1, List.of(done)));

    Ending ending = run(job, writing());

    assertThat(((Ending.Finished) ending).detail())
        .isEqualTo("1 of 4 examples of arm selected were retracted");
  }

  @Test
  void givenAllExamplesOfTheLastArmRetracted_whenRun_thenFailedBeforeAnythingIsTrained() {
    FineTuneJob job =
        FineTuneJob.newBuilder(frozen.job()).setRetracted(List.of("r0", "r1", "r2", "r3")).build();

    assertThat(reason(run(job, writing())))
        .contains("arm random")
        .contains("nothing is left to train on");
    assertThat(trained).isEmpty();
  }

  @Test
  void givenAnArmThatFails_whenRun_thenTheOutcomesBeforeItAreToldWithTheFailure() {
    Ending ending =
        run(
            frozen.job(),
            order -> {
              if (order.run().arm() == Arm.RANDOM) {
                throw new JobFailedException("no luck");
              }
              return writing().of(order);
            });

    assertThat(reason(ending)).isEqualTo("no luck");
    assertThat(outcomes()).extracting(ArmOutcome::getArm).containsExactly(Arm.NONE, Arm.SELECTED);
  }

  @Test
  void givenADatasetThatIsGoneInPart_whenRun_thenFailed() {
    dataset = dataset.subList(1, dataset.size());

    assertThat(reason(run(frozen.job(), writing()))).contains("SELECTED").contains("rank");
  }

  @Test
  void givenNoModelFolder_whenRun_thenFailed() throws IOException {
    Files.delete(model());

    assertThat(reason(run(frozen.job(), writing()))).contains("model.dir").contains("gone");
  }

  @Test
  void givenAnUnknownLauncher_whenRun_thenFailedAndItNamesThoseThatThereAre() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setLauncher("slurm").build();

    assertThat(reason(run(job, writing()))).contains("'slurm'").contains("test");
  }

  @Test
  void givenHyperParametersOutOfRange_whenRun_thenFailed() {
    FineTuneJob job =
        FineTuneJob.newBuilder(frozen.job())
            .setHyperParameters(HyperParameters.newBuilder().setEpochs(0).build())
            .build();

    assertThat(reason(run(job, writing()))).contains("epochs");
  }

  @Test
  void givenAnIdThatLeadsOutOfTheFolder_whenRun_thenFailed() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setJobId("../maths").build();

    assertThat(reason(run(job, writing()))).contains("no name of a folder");
    assertThat(folder.resolve("maths")).doesNotExist();
  }

  @Test
  void givenALauncherThatWritesNothing_whenRun_thenFailed() {
    assertThat(
            reason(
                run(frozen.job(), order -> new Launcher.Trained(order.folder().writing(), 0, ""))))
        .contains("left nothing");
  }

  @Test
  void givenAFolderThatCannotBeWritten_whenRun_thenFailedAndTheReasonNamesIt() throws IOException {
    Files.writeString(output(), "a file where a folder is needed");

    assertThat(reason(run(frozen.job(), writing()))).contains(output().toString());
  }

  @Test
  void givenADefectOfALauncher_whenRun_thenFailed() {
    assertThat(
            reason(
                run(
                    frozen.job(),
                    order -> {
                      throw new IllegalStateException("defect");
                    })))
        .contains("broke off")
        .contains("defect");
  }

  @Test
  void givenAStop_whenTheLauncherFailsForIt_thenStoppedAndNotFailed() {
    Ending ending =
        run(
            frozen.job(),
            order -> {
              control.stop(Stop.HANDED_ON);
              throw new IOException("closed by interrupt");
            });

    assertThat(ending).isInstanceOf(Ending.Stopped.class);
    assertThat(Thread.interrupted()).as("the thread is fit for the next job").isFalse();
  }

  @Test
  void givenAJobThatEndedThreeTrainers_whenTakenAgain_thenFailedAndNothingIsTrained() {
    last = Optional.of(report(FineTuneState.PROGRESS, 3, List.of()));

    assertThat(reason(run(frozen.job(), writing()))).contains("taken 3 times");
    assertThat(trained).isEmpty();
  }

  @Test
  void givenTooLittleMemory_whenRun_thenTheReasonSaysWhatToDo() {
    assertThat(
            reason(
                run(
                    frozen.job(),
                    order -> {
                      throw new IllegalStateException(new OutOfMemoryError("Java heap space"));
                    })))
        .contains("not enough memory")
        .contains("lora_rank")
        .contains("SLUICE_JAVA_OPTS");
  }

  @Test
  void givenARetractionWhileTheFirstArmTrains_whenRun_thenTheNextRunsLeaveItOutAndTheDetailTells() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setSeeds(List.of(3, 5)).build();

    Ending ending =
        run(
            job,
            order -> {
              control.retracted(List.of("s1"));
              return writing().of(order);
            });

    assertThat(trained)
        .filteredOn(order -> order.run().arm() == Arm.SELECTED)
        .extracting(JobRunTest::ids)
        .containsExactly(List.of("s0", "s1", "s2", "s3"), List.of("s0", "s2", "s3"));
    assertThat(((Ending.Finished) ending).detail())
        .isEqualTo(
            "1 examples were retracted after selected-seed3 had begun to train on them: fire the"
                + " job again to train without");
  }

  @Test
  void givenRetractionsOfAllExamplesWhileTheFirstRunTrains_whenRun_thenTheNextFails() {
    FineTuneJob job = FineTuneJob.newBuilder(frozen.job()).setSeeds(List.of(3, 5)).build();

    Ending ending =
        run(
            job,
            order -> {
              control.retracted(List.of("s0", "s1", "s2", "s3"));
              return writing().of(order);
            });

    assertThat(reason(ending)).contains("all 4 examples of arm selected were retracted");
  }

  @Test
  void givenACancelledJob_whenStopped_thenWhatIsUnfinishedIsDeletedAndModelsStay()
      throws IOException {
    run(
        frozen.job(),
        order -> {
          Files.createDirectories(order.folder().checkpoints().resolve("checkpoint-1"));
          if (order.run().arm() == Arm.SELECTED) {
            return writing().of(order);
          }
          writing().of(order);
          control.stop(Stop.CANCELLED);
          throw new InterruptedException("stopped");
        });

    assertThat(trained.get(0).folder().model()).exists();
    assertThat(trained.get(1).folder().writing()).doesNotExist();
    assertThat(trained.get(1).folder().checkpoints()).doesNotExist();
  }

  private interface Training {
    Launcher.Trained of(TrainingOrder order)
        throws JobFailedException, IOException, InterruptedException;
  }

  private Training writing() {
    return order -> {
      order.folder().clearWriting();
      Files.writeString(order.folder().writing().resolve("weights"), "whole");
      return new Launcher.Trained(order.folder().writing(), 100, "");
    };
  }

  private Ending run(FineTuneJob job, Training training) {
    Launcher launcher =
        new Launcher() {
          @Override
          public String identity() {
            return "";
          }

          @Override
          public Trained train(TrainingOrder order, RunControl unused)
              throws JobFailedException, IOException, InterruptedException {
            trained.add(order);
            return training.of(order);
          }
        };
    JobTopics topics =
        new JobTopics() {
          @Override
          public Optional<FineTuneResult> lastReport(String jobId) {
            return last;
          }

          @Override
          public List<DatasetRecord> dataset(FineTuneJob of) {
            return dataset;
          }
        };
    Evaluator evaluator =
        (model, sets, maxLength) -> {
          model.ifPresent(evaluated::add);
          return sets.stream().map(set -> LOSS).toList();
        };
    return new JobRun(
            topics,
            new JobAttempt.Means(
                new Launchers(Map.of("test", launcher), "test"),
                Optional.of(evaluator),
                model(),
                output(),
                Optional.empty(),
                3))
        .run(job, control);
  }

  private FineTuneResult report(FineTuneState state, int attempt, List<ArmOutcome> outcomes) {
    return FineTuneResult.newBuilder()
        .setJobId(frozen.job().getJobId())
        .setTaskId("maths")
        .setState(state)
        .setAttempt(attempt)
        .setOutcomes(outcomes)
        .build();
  }

  private List<ArmOutcome> outcomes() {
    return control.progress().orElseThrow().outcomes();
  }

  private static List<String> ids(TrainingOrder order) {
    return order.examples().stream().map(DatasetRecord::getCandidateId).toList();
  }

  private static String reason(Ending ending) {
    assertThat(ending).isInstanceOf(Ending.Failed.class);
    return ((Ending.Failed) ending).reason();
  }

  private Path model() {
    return folder.resolve("base");
  }

  private Path output() {
    return folder.resolve("output");
  }
}
