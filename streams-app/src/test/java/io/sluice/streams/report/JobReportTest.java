package io.sluice.streams.report;

import static io.sluice.streams.report.EvaluationSet.HELD_OUT;
import static io.sluice.streams.report.EvaluationSet.QUERIES;
import static io.sluice.streams.report.Reports.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.Arm;
import io.sluice.schemas.arm.ArmName;
import java.util.List;
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
    Estimate loss = report.loss(QUERIES, ArmName.SELECTED).orElseThrow();

    assertThat(loss.mean()).isCloseTo(1.2, within(1e-12));
    assertThat(loss.standardError()).isCloseTo(0.2, within(1e-12));
    assertThat(loss.count()).isEqualTo(8);
    assertThat(report.seeds(ArmName.SELECTED)).isEqualTo(2);
    assertThat(report.loss(HELD_OUT, ArmName.SELECTED)).isEmpty();
    assertThat(report.difference(HELD_OUT, ArmName.SELECTED, ArmName.RANDOM)).isEmpty();
  }

  @Test
  void givenSeveralRandomSubsets_whenCompared_thenTheyAreOneArmAndTheirSpreadIsPartOfTheError() {
    JobReport drawn =
        Reports.finished(
            "j",
            10,
            Reports.withQueryLosses(Arm.SELECTED, 1, 1f, 1f),
            Reports.withQueryLosses(Arm.RANDOM, 1, 2f, 2f),
            Reports.named("random-1", Reports.withQueryLosses(Arm.RANDOM, 1, 3f, 3f)),
            Reports.named("random-2", Reports.withQueryLosses(Arm.RANDOM, 1, 4f, 4f)));

    Difference difference =
        drawn.difference(QUERIES, ArmName.SELECTED, ArmName.RANDOM).orElseThrow();

    assertThat(drawn.arms()).containsExactly(ArmName.RANDOM, ArmName.SELECTED);
    assertThat(drawn.seeds(ArmName.RANDOM)).isEqualTo(1);
    assertThat(drawn.draws(ArmName.RANDOM)).isEqualTo(3);
    assertThat(drawn.loss(QUERIES, ArmName.RANDOM).orElseThrow().mean()).isEqualTo(3);
    assertThat(difference.mean()).isCloseTo(-2, within(1e-12));
    assertThat(difference.overSeeds()).isZero();
    assertThat(difference.overDraws())
        .as("of -1, -2 and -3")
        .isCloseTo(1 / Math.sqrt(3), within(1e-12));
    assertThat(difference.standardError()).isCloseTo(1 / Math.sqrt(3), within(1e-12));
  }

  @Test
  void givenAFurtherArm_whenReported_thenItIsComparedByItself() {
    ArmName rds = new ArmName(Arm.SELECTED, "rds");
    JobReport further =
        Reports.withArm(
            "rds",
            Reports.finished(
                "j",
                10,
                outcome(Arm.SELECTED, 1, 1.0, 0.1),
                Reports.named("rds", outcome(Arm.SELECTED, 1, 0.5, 0.1))));

    assertThat(further.arms()).containsExactly(ArmName.SELECTED, rds);
    assertThat(further.loss(QUERIES, ArmName.SELECTED).orElseThrow().mean()).isEqualTo(1.0);
    assertThat(further.difference(QUERIES, rds, ArmName.SELECTED).orElseThrow().mean())
        .isCloseTo(-0.5, within(1e-12));
    assertThat(ResultsTable.header(List.of(further))).endsWith("TO SELECTED");
    assertThat(ResultsTable.rows(List.of(further)))
        .extracting(row -> row.get(3), row -> row.get(9))
        .containsExactly(tuple("selected", "-"), tuple("rds", "-0.5000"));
    assertThat(ResultsTable.json(List.of(further)).get(0).path("arms").get(1).toString())
        .contains("\"representation\":\"hidden\"", "\"difference_to_selected\"");
  }

  @Test
  void givenTwoSeeds_whenCompared_thenRunsOfTheSameSeedAreCompared() {
    Difference difference =
        report.difference(QUERIES, ArmName.SELECTED, ArmName.RANDOM).orElseThrow();

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

    Difference difference =
        detailed.difference(QUERIES, ArmName.SELECTED, ArmName.RANDOM).orElseThrow();

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
            .difference(QUERIES, ArmName.SELECTED, ArmName.NONE)
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

    Difference difference =
        detailed.difference(HELD_OUT, ArmName.SELECTED, ArmName.RANDOM).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-2, within(1e-12));
    assertThat(difference.overExamples()).as("of -1 and -3").isCloseTo(1, within(1e-12));
    assertThat(detailed.loss(HELD_OUT, ArmName.RANDOM).orElseThrow().count()).isEqualTo(2);
  }

  @Test
  void givenOneBaseModel_whenCompared_thenItIsComparedWithEachSeed() {
    Difference difference =
        report.difference(QUERIES, ArmName.SELECTED, ArmName.NONE).orElseThrow();

    assertThat(difference.mean()).isCloseTo(-1.8, within(1e-12));
    assertThat(difference.overSeeds()).as("of -2.0 and -1.6").isCloseTo(0.2, within(1e-12));
  }

  @Test
  void givenAnArmThatIsMissing_whenCompared_thenThereIsNoDifference() {
    JobReport alone = Reports.finished("j", 10, outcome(Arm.SELECTED, 1, 1.0, 0.1));

    assertThat(alone.difference(QUERIES, ArmName.SELECTED, ArmName.RANDOM)).isEmpty();
    assertThat(alone.arms()).containsExactly(ArmName.SELECTED);
  }
}
