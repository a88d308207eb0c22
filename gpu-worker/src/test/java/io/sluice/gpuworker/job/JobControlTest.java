package io.sluice.gpuworker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.launch.ArmRun;
import io.sluice.schemas.TrainingProgress;
import io.sluice.schemas.arm.ArmName;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobControlTest {
  private static final ArmRun RUN = new ArmRun(ArmName.SELECTED, 3);

  private final JobControl control = new JobControl();

  @Test
  void givenReports_whenNoStepIsDoneBetweenTwo_thenTheSecondHasTheLossOfTheFirst() {
    control.setProgress(JobProgress.of(1, "training", List.of()));
    control.step(RUN, 1, 10, 2.0, 50);
    control.step(RUN, 2, 10, 1.0, 50);
    assertThat(loss()).isEqualTo(1.5);

    control.startNextReport();
    assertThat(loss()).isEqualTo(1.5);

    control.startNextReport();
    control.step(RUN, 3, 10, 0.5, 50);
    assertThat(loss()).isEqualTo(0.5);
  }

  @Test
  void givenAStepBetweenAReportAndTheNext_whenTheNextStarts_thenItHasTheLossOfThatStep() {
    control.setProgress(JobProgress.of(1, "training", List.of()));
    control.step(RUN, 1, 10, 2.0, 50);
    assertThat(loss()).isEqualTo(2.0);

    control.step(RUN, 2, 10, 1.0, 50);
    control.startNextReport();

    assertThat(loss()).isEqualTo(1.0);
  }

  @Test
  void givenAReportOfOneRun_whenTheNextRunHasBegunMeanwhile_thenItKeepsItsLosses() {
    control.setProgress(JobProgress.of(1, "training", List.of()));
    control.step(RUN, 10, 10, 2.0, 50);
    assertThat(loss()).isEqualTo(2.0);

    control.setProgress(JobProgress.of(1, "training", List.of()));
    control.step(new ArmRun(ArmName.SELECTED, 4), 1, 10, 0.5, 50);
    control.startNextReport();

    assertThat(loss()).isEqualTo(0.5);
  }

  private double loss() {
    return control
        .progress()
        .flatMap(JobProgress::training)
        .map(TrainingProgress::getLoss)
        .orElseThrow();
  }
}
