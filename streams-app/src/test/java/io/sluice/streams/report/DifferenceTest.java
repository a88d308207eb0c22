package io.sluice.streams.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class DifferenceTest {
  @Test
  void givenDifferencesOfSeedsAndExamples_whenEstimated_thenBothErrorsAreCombined() {
    Difference difference = Difference.of(List.of(1.0, 3.0), List.of(1.0, 2.0, 3.0));

    assertThat(difference.mean()).isEqualTo(2);
    assertThat(difference.overSeeds()).isCloseTo(1, within(1e-12));
    assertThat(difference.overExamples()).isCloseTo(Math.sqrt(1.0 / 3), within(1e-12));
    assertThat(difference.standardError()).isCloseTo(Math.sqrt(4.0 / 3), within(1e-12));
  }

  @Test
  void givenADifference_whenJudged_thenItIsClearBeyondTwoStandardErrorsOnly() {
    assertThat(new Difference(-0.21, 0.1, 0, 0).isClear()).isTrue();
    assertThat(new Difference(0.19, 0.1, 0, 0).isClear()).isFalse();
    assertThat(new Difference(0.21, 0.1, 0.1, 0).isClear()).isFalse();
  }

  @Test
  void givenNoErrorThatIsKnown_whenJudged_thenNothingIsClear() {
    assertThat(Difference.of(List.of(5.0), List.of()).isClear()).isFalse();
  }
}
