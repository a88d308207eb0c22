package io.sluice.local.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.local.study.Contest.Contender;
import io.sluice.streams.report.Difference;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContestTest {
  private static final double TOLERANCE = 1e-12;

  @Test
  void givenLossesOfTwoSeeds_whenCompared_thenTheErrorsAreThoseOverExamplesAndOverSeeds() {
    LossMatrix one = matrix(List.of(1.0, 2.0, 4.0), List.of(1.5, 2.5, 3.0));
    LossMatrix other = matrix(List.of(2.0, 2.5, 3.0), List.of(2.0, 2.0, 5.0));

    Difference difference = one.minus(other);

    // By numpy: d.mean(), d.mean(0).std(ddof=1) / sqrt(3), d.mean(1).std(ddof=1) / sqrt(2)
    assertThat(difference.mean()).isCloseTo(-0.4166666666666667, within(TOLERANCE));
    assertThat(difference.overExamples()).isCloseTo(0.22047927592204922, within(TOLERANCE));
    assertThat(difference.overSeeds()).isCloseTo(0.25, within(TOLERANCE));
  }

  @Test
  void givenOneThatIsAlwaysBetterByAboutTheSame_whenRanked_thenItWinsWithoutTies() {
    Contest contest =
        new Contest(
            List.of(
                new Contender("worse", matrix(List.of(2.0, 3.2), List.of(2.1, 3.0))),
                new Contender("better", matrix(List.of(1.0, 2.0), List.of(1.0, 2.0)))));

    assertThat(contest.winner().label()).isEqualTo("better");
    assertThat(contest.lead(contest.ranked().get(1)).isClear()).isTrue();
    assertThat(contest.tied()).isEmpty();
  }

  @Test
  void givenALeadOnOneExampleOnly_whenRanked_thenTheOtherIsTied() {
    Contest contest =
        new Contest(
            List.of(
                new Contender("lucky", matrix(List.of(0.0, 2.0, 2.0), List.of(0.0, 2.0, 2.0))),
                new Contender("steady", matrix(List.of(2.0, 1.9, 1.9), List.of(2.0, 1.9, 1.9)))));

    assertThat(contest.winner().label()).isEqualTo("lucky");
    assertThat(contest.tied()).extracting(Contender::label).containsExactly("steady");
  }

  @Test
  void givenMatrices_whenAveraged_thenValueByValue() {
    LossMatrix mean =
        LossMatrix.mean(
            List.of(
                matrix(List.of(1.0, 2.0), List.of(3.0, 4.0)),
                matrix(List.of(3.0, 2.0), List.of(5.0, 0.0))));

    assertThat(mean.bySeed()).containsExactly(List.of(2.0, 2.0), List.of(4.0, 2.0));
    assertThat(mean.mean()).isEqualTo(2.5);
  }

  private static LossMatrix matrix(List<Double> first, List<Double> second) {
    return new LossMatrix(List.of(first, second));
  }
}
