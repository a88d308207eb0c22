package io.sluice.streams.report;

import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.Arm;
import org.junit.jupiter.api.Test;

class JobReportTest {
  private final JobReport report =
      Reports.finished(
          "j",
          10,
          outcome(Arm.NONE, 0, 3.0, 0.2),
          outcome(Arm.SELECTED, 1, 1.0, 0.1),
          outcome(Arm.RANDOM, 1, 2.0, 0.1),
          outcome(Arm.SELECTED, 2, 1.4, 0.3),
          outcome(Arm.RANDOM, 2, 1.8, 0.1));

  @Test
  void givenTwoSeeds_whenSummedUp_thenTheLossIsTheirMean() {
    Estimate loss = report.queryLoss(Arm.SELECTED);

    assertThat(loss.mean()).isCloseTo(1.2, within(1e-12));
    assertThat(loss.standardError()).isCloseTo(0.2, within(1e-12));
    assertThat(loss.count()).isEqualTo(8);
    assertThat(report.seeds(Arm.SELECTED)).isEqualTo(2);
    assertThat(report.heldOutLoss(Arm.SELECTED)).isEmpty();
  }

  @Test
  void givenTwoSeeds_whenCompared_thenRunsOfTheSameSeedAre() {
    Estimate difference = report.difference(Arm.SELECTED, Arm.RANDOM).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-0.7, within(1e-12));
    assertThat(difference.standardError()).as("of -1.0 and -0.4").isCloseTo(0.3, within(1e-12));
  }

  @Test
  void givenOneBaseModel_whenCompared_thenItStandsAgainstEachSeed() {
    Estimate difference = report.difference(Arm.SELECTED, Arm.NONE).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-1.8, within(1e-12));
    assertThat(difference.count()).isEqualTo(2);
  }

  @Test
  void givenAnArmThatIsMissing_whenCompared_thenNothing() {
    JobReport alone = Reports.finished("j", 10, outcome(Arm.SELECTED, 1, 1.0, 0.1));

    assertThat(alone.difference(Arm.SELECTED, Arm.RANDOM)).isEmpty();
    assertThat(alone.arms()).containsExactly(Arm.SELECTED);
  }
}
