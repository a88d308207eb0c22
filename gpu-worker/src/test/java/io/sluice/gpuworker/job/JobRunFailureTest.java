package io.sluice.gpuworker.job;

import static io.sluice.gpuworker.job.JobFixture.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.launch.JobFailedException;
import io.sluice.gpuworker.launch.Launcher;
import io.sluice.gpuworker.launch.StopReason;
import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.DatasetPart;
import io.sluice.schemas.DatasetRecord;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.HyperParameters;
import io.sluice.schemas.JobArm;
import io.sluice.schemas.arm.ArmName;
import io.sluice.schemas.dataset.ExampleHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs that cannot be completed fail with a reason and leave nothing that a later attempt takes for
 * a complete model.
 */
class JobRunFailureTest {
  @TempDir private Path folder;
  private JobFixture work;

  @BeforeEach
  void createTheModelsFolder() throws IOException {
    work = new JobFixture(folder);
  }

  @Test
  void givenAModelHalfWritten_whenRunAgain_thenItIsNotTakenForAModel() throws IOException {
    JobOutcome broken =
        work.run(
            work.frozen.job(),
            order -> {
              Files.createDirectories(order.folder().writing());
              Files.writeString(order.folder().writing().resolve("weights"), "half");
              throw new IOException("No space left on device");
            });

    assertThat(reason(broken)).contains("disk").contains("is full").contains("output.dir");
    assertThat(work.run(work.frozen.job(), work.writing())).isInstanceOf(JobOutcome.Finished.class);
    assertThat(Files.readString(Path.of(work.outcomes().get(1).getOutput()).resolve("weights")))
        .isEqualTo("whole");
  }

  @Test
  void givenADiskThatIsFull_whenRun_thenFailedAndAfterwardsItCanFinish() throws IOException {
    Path full = Path.of("/dev/full");
    assumeThat(full).as("device that is always full").exists();
    work.run(work.frozen.job(), work.writing());
    Path folderOfRun = work.trained.get(0).folder().path();
    Files.delete(folderOfRun.resolve("model").resolve("weights"));
    Files.delete(folderOfRun.resolve("model"));
    Path file = folderOfRun.resolve("train.jsonl.writing");
    Files.createSymbolicLink(file, full);

    assertThat(reason(work.run(work.frozen.job(), work.writing())))
        .contains("the disk of " + work.output() + " is full")
        .contains("free space");
    assertThat(folderOfRun.resolve("model")).doesNotExist();

    Files.delete(file);
    assertThat(work.run(work.frozen.job(), work.writing())).isInstanceOf(JobOutcome.Finished.class);
  }

  @Test
  void givenAnArmThatFails_whenRun_thenEarlierOutcomesAreReportedWithTheFailure() {
    JobOutcome outcome =
        work.run(
            work.frozen.job(),
            order -> {
              if (order.run().arm().equals(ArmName.RANDOM)) {
                throw new JobFailedException("no luck");
              }
              return work.writing().of(order);
            });

    assertThat(reason(outcome)).isEqualTo("no luck");
    assertThat(work.outcomes())
        .extracting(ArmOutcome::getArm)
        .containsExactly(Arm.NONE, Arm.SELECTED);
  }

  @Test
  void givenADatasetWithAMissingRecord_whenRun_thenFailed() {
    work.dataset = work.dataset.subList(1, work.dataset.size());

    assertThat(reason(work.run(work.frozen.job(), work.writing())))
        .contains("SELECTED")
        .contains("rank");
  }

  @Test
  void givenNoModelFolder_whenRun_thenFailed() throws IOException {
    Files.delete(work.model());

    assertThat(reason(work.run(work.frozen.job(), work.writing())))
        .contains("model.dir")
        .contains("no longer exists");
  }

  @Test
  void givenAnUnknownLauncher_whenRun_thenFailedAndTheReasonNamesTheKnownOnes() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setLauncher("slurm").build();

    assertThat(reason(work.run(job, work.writing()))).contains("'slurm'").contains("test");
  }

  @Test
  void givenHyperParametersOutOfRange_whenRun_thenFailed() {
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job())
            .setHyperParameters(HyperParameters.newBuilder().setEpochs(0).build())
            .build();

    assertThat(reason(work.run(job, work.writing()))).contains("epochs");
  }

  @Test
  void givenAnIdThatLeadsOutOfTheFolder_whenRun_thenFailed() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setJobId("../maths").build();

    assertThat(reason(work.run(job, work.writing()))).contains("cannot be the name of a folder");
    assertThat(folder.resolve("maths")).doesNotExist();
  }

  @Test
  void givenAnArmWhoseNameLeadsOutOfTheFolder_whenRun_thenFailedAndNothingIsWrittenThere()
      throws IOException {
    String name = "../../outside";
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job())
            .setArms(
                List.of(
                    new JobArm(
                        name,
                        "hidden",
                        "f",
                        "round-robin",
                        false,
                        40L,
                        1,
                        ExampleHashes.ofOrder(List.of("s0")),
                        List.of())))
            .build();
    List<DatasetRecord> records = new ArrayList<>(work.dataset);
    records.add(
        DatasetRecord.newBuilder(work.dataset.get(0))
            .setPart(DatasetPart.ARM)
            .setArm(name)
            .setRank(0)
            .build());
    work.dataset = records;

    assertThat(reason(work.run(job, work.writing())))
        .contains("arm '../../outside'")
        .contains("cannot be the name of a folder");

    assertThat(work.trained).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(work.model());
    }
  }

  @Test
  void givenALauncherThatWritesNothing_whenRun_thenFailed() {
    assertThat(
            reason(
                work.run(
                    work.frozen.job(),
                    order -> new Launcher.Trained(order.folder().writing(), 0, ""))))
        .contains("left nothing");
  }

  @Test
  void givenAFolderThatCannotBeWritten_whenRun_thenFailedAndTheReasonNamesIt() throws IOException {
    Files.writeString(work.output(), "a file where a folder is needed");

    assertThat(reason(work.run(work.frozen.job(), work.writing())))
        .contains(work.output().toString());
  }

  @Test
  void givenADefectOfALauncher_whenRun_thenFailed() {
    assertThat(
            reason(
                work.run(
                    work.frozen.job(),
                    order -> {
                      throw new IllegalStateException("defect");
                    })))
        .contains("the training failed")
        .contains("defect");
  }

  @Test
  void givenAJobThatThreeTrainersDidNotComplete_whenTakenAgain_thenFailedAndNothingIsTrained() {
    work.last = Optional.of(work.report(FineTuneState.PROGRESS, 3, List.of()));

    assertThat(reason(work.run(work.frozen.job(), work.writing()))).contains("taken 3 times");
    assertThat(work.trained).isEmpty();
  }

  @Test
  void givenADeviceThatIsLost_whenRun_thenTheJobDoesNotFailAndTheNextTrainerContinues() {
    DeviceFailure lost =
        new DeviceFailure(
            "gpu(0)", DeviceFault.LOST, new IllegalStateException("CUDA error: unknown error"));
    assertThatThrownBy(
            () ->
                work.run(
                    work.frozen.job(),
                    order -> {
                      if (order.run().arm().equals(ArmName.RANDOM)) {
                        work.control.stop(StopReason.HANDED_ON);
                        throw lost;
                      }
                      return work.writing().of(order);
                    }))
        .isSameAs(lost);
    List<ArmOutcome> before = work.outcomes();
    assertThat(before).extracting(ArmOutcome::getArm).containsExactly(Arm.NONE, Arm.SELECTED);

    JobFixture next = work.nextTrainer();
    next.last = Optional.of(work.report(FineTuneState.PROGRESS, 0, before));

    assertThat(next.run(next.frozen.job(), next.writing())).isInstanceOf(JobOutcome.Finished.class);
    assertThat(next.trained).extracting(order -> order.run().arm()).containsExactly(ArmName.RANDOM);
    assertThat(next.control.progress().orElseThrow().attempt()).isEqualTo(1);
  }

  @Test
  void givenTooLittleMemory_whenRun_thenTheReasonSaysWhatToDo() {
    assertThat(
            reason(
                work.run(
                    work.frozen.job(),
                    order -> {
                      throw new IllegalStateException(new OutOfMemoryError("Java heap space"));
                    })))
        .contains("not enough memory")
        .contains("lora_rank")
        .contains("SLUICE_JAVA_OPTS");
  }
}
