package io.sluice.gpuworker.job;

import static io.sluice.gpuworker.job.JobFixture.ids;
import static io.sluice.gpuworker.job.JobFixture.reason;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.Arm;
import io.sluice.schemas.ArmOutcome;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.arm.ArmName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples that are retracted before a job is worked on, and during the work. */
class JobRunRetractionTest {
  @TempDir private Path folder;
  private JobFixture work;

  @BeforeEach
  void createTheModelsFolder() throws IOException {
    work = new JobFixture(folder);
  }

  @Test
  void givenRetractedExamples_whenRun_thenTheyAreLeftOutAndTheDetailSaysSo() {
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job()).setRetracted(List.of("s1", "r2", "s3")).build();

    JobOutcome outcome = work.run(job, work.writing());

    assertThat(ids(work.trained.get(0))).containsExactly("s0", "s2");
    assertThat(((JobOutcome.Finished) outcome).detail())
        .contains("2 of 4 examples of arm selected were retracted")
        .contains("1 of 4 examples of arm random were retracted");
  }

  @Test
  void givenRetractedExamplesOfACompletedArm_whenRunAgain_thenTheDetailStillSaysSo() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setRetracted(List.of("s1")).build();
    ArmOutcome done =
        ArmOutcome.newBuilder()
            .setArm(Arm.SELECTED)
            .setSeed(0)
            .setQueryLoss(JobFixture.LOSS)
            .build();
    work.last = Optional.of(work.report(FineTuneState.PROGRESS, 1, List.of(done)));

    JobOutcome outcome = work.run(job, work.writing());

    assertThat(((JobOutcome.Finished) outcome).detail())
        .isEqualTo("1 of 4 examples of arm selected were retracted");
  }

  @Test
  void givenAllExamplesOfTheLastArmRetracted_whenRun_thenFailedBeforeAnythingIsTrained() {
    FineTuneJob job =
        FineTuneJob.newBuilder(work.frozen.job())
            .setRetracted(List.of("r0", "r1", "r2", "r3"))
            .build();

    assertThat(reason(work.run(job, work.writing())))
        .contains("arm random")
        .contains("nothing is left to train on");
    assertThat(work.trained).isEmpty();
  }

  @Test
  void givenARetractionWhileTheFirstArmTrains_whenRun_thenLaterRunsLeaveItOutAndTheDetailSaysSo() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setSeeds(List.of(3, 5)).build();

    JobOutcome outcome =
        work.run(
            job,
            order -> {
              work.control.setRetracted(List.of("s1"));
              return work.writing().of(order);
            });

    assertThat(work.trained)
        .filteredOn(order -> order.run().arm().equals(ArmName.SELECTED))
        .extracting(JobFixture::ids)
        .containsExactly(List.of("s0", "s1", "s2", "s3"), List.of("s0", "s2", "s3"));
    assertThat(((JobOutcome.Finished) outcome).detail())
        .isEqualTo(
            "1 examples were retracted after selected-seed3 had begun to train on them: fire the"
                + " job again to train without");
  }

  @Test
  void givenARetractionBetweenTheJobAndItsFirstRun_whenRun_thenTheDetailSaysSoOnce() {
    work.control.setRetracted(List.of("s1"));

    JobOutcome outcome = work.run(work.frozen.job(), work.writing());

    assertThat(ids(work.trained.get(0))).containsExactly("s0", "s2", "s3");
    assertThat(((JobOutcome.Finished) outcome).detail())
        .isEqualTo("1 of 4 examples of arm selected were retracted");
  }

  @Test
  void givenRetractionsOfAllExamplesWhileTheFirstRunTrains_whenRun_thenTheNextFails() {
    FineTuneJob job = FineTuneJob.newBuilder(work.frozen.job()).setSeeds(List.of(3, 5)).build();

    JobOutcome outcome =
        work.run(
            job,
            order -> {
              work.control.setRetracted(List.of("s0", "s1", "s2", "s3"));
              return work.writing().of(order);
            });

    assertThat(reason(outcome)).contains("all 4 examples of arm selected were retracted");
  }
}
