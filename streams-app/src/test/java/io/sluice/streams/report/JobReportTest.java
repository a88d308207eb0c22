package io.sluice.streams.report;

import static io.sluice.streams.report.EvaluationSet.HELD_OUT;
import static io.sluice.streams.report.EvaluationSet.QUERIES;
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
  void givenTwoSeeds_whenAveraged_thenTheLossIsTheirMean() {
    Estimate loss = report.loss(QUERIES, Arm.SELECTED).orElseThrow();

    assertThat(loss.mean()).isCloseTo(1.2, within(1e-12));
    assertThat(loss.standardError()).isCloseTo(0.2, within(1e-12));
    assertThat(loss.count()).isEqualTo(8);
    assertThat(report.seeds(Arm.SELECTED)).isEqualTo(2);
    assertThat(report.loss(HELD_OUT, Arm.SELECTED)).isEmpty();
    assertThat(report.difference(HELD_OUT, Arm.SELECTED, Arm.RANDOM)).isEmpty();
  }

  @Test
  void givenTwoSeeds_whenCompared_thenRunsOfTheSameSeedAreCompared() {
    Difference difference = report.difference(QUERIES, Arm.SELECTED, Arm.RANDOM).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-0.7, within(1e-12));
    assertThat(difference.overSeeds()).as("of -1.0 and -0.4").isCloseTo(0.3, within(1e-12));
    assertThat(difference.overExamples()).as("the losses of single queries are unknown").isZero();
    assertThat(difference.standardError()).isCloseTo(0.3, within(1e-12));
  }

  @Test
  void givenLossesOfEachQuery_whenCompared_thenTheStandardErrorIsThatOfTheirDifferences() {
    JobReport detailed =
        Reports.finished(
            "j",
            10,
            Reports.withQueryLosses(Arm.RANDOM, 1, 2f, 5f, 9f),
            Reports.withQueryLosses(Arm.SELECTED, 1, 1f, 3f, 9f),
            Reports.withQueryLosses(Arm.RANDOM, 2, 4f, 4f, 4f),
            Reports.withQueryLosses(Arm.SELECTED, 2, 3f, 4f, 2f));

    Difference difference = detailed.difference(QUERIES, Arm.SELECTED, Arm.RANDOM).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-1, within(1e-12));
    assertThat(difference.overExamples()).as("-1, -1 and -1 of the queries").isZero();
    assertThat(difference.overSeeds()).as("-1 and -1 of the seeds").isZero();

    Difference toOne =
        Reports.finished(
                "j",
                10,
                Reports.withQueryLosses(Arm.NONE, 0, 2f, 2f, 2f),
                Reports.withQueryLosses(Arm.SELECTED, 1, 1f, 2f, 3f),
                Reports.withQueryLosses(Arm.SELECTED, 2, 2f, 3f, 4f))
            .difference(QUERIES, Arm.SELECTED, Arm.NONE)
            .orElseThrow();

    assertThat(toOne.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(toOne.overExamples())
        .as("of -0.5, 0.5 and 1.5")
        .isCloseTo(1 / Math.sqrt(3), within(1e-12));
    assertThat(toOne.overSeeds()).as("of 0 and 1").isCloseTo(0.5, within(1e-12));
    assertThat(toOne.standardError()).isCloseTo(Math.sqrt(1 / 3.0 + 0.25), within(1e-12));
  }

  @Test
  void givenHeldOutExamples_whenCompared_thenOnlyTheirLossesCount() {
    JobReport detailed =
        Reports.finished(
            "j",
            10,
            Reports.withHeldOutLosses(Arm.RANDOM, 1, 2f, 4f),
            Reports.withHeldOutLosses(Arm.SELECTED, 1, 1f, 1f));

    Difference difference = detailed.difference(HELD_OUT, Arm.SELECTED, Arm.RANDOM).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-2, within(1e-12));
    assertThat(difference.overExamples()).as("of -1 and -3").isCloseTo(1, within(1e-12));
    assertThat(detailed.loss(HELD_OUT, Arm.RANDOM).orElseThrow().count()).isEqualTo(2);
  }

  @Test
  void givenOneBaseModel_whenCompared_thenItIsComparedWithEachSeed() {
    Difference difference = report.difference(QUERIES, Arm.SELECTED, Arm.NONE).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-1.8, within(1e-12));
    assertThat(difference.overSeeds()).as("of -2.0 and -1.6").isCloseTo(0.2, within(1e-12));
  }

  @Test
  void givenAnArmThatIsMissing_whenCompared_thenThereIsNoDifference() {
    JobReport alone = Reports.finished("j", 10, outcome(Arm.SELECTED, 1, 1.0, 0.1));

    assertThat(alone.difference(QUERIES, Arm.SELECTED, Arm.RANDOM)).isEmpty();
    assertThat(alone.arms()).containsExactly(Arm.SELECTED);
  }
}
