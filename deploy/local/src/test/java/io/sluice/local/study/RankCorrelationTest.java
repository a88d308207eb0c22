package io.sluice.local.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The expected values are those of scipy.stats.spearmanr 1.17. */
class RankCorrelationTest {
  private static final double TOLERANCE = 1e-15;

  @Test
  void givenValues_whenCorrelated_thenTheResultIsThatOfScipy() {
    assertThat(
            RankCorrelation.spearman(
                List.of(1.0, 2.0, 3.0, 4.0, 5.0), List.of(5.0, 6.0, 7.0, 8.0, 7.0)))
        .isCloseTo(0.8207826816681233, within(TOLERANCE));
    assertThat(
            RankCorrelation.spearman(
                List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0),
                List.of(3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0)))
        .isCloseTo(0.3914537831560393, within(TOLERANCE));
  }

  @Test
  void givenEqualValuesOnBothSides_whenCorrelated_thenTheyShareTheirRanksAsInScipy() {
    assertThat(
            RankCorrelation.spearman(
                List.of(0.2, 0.2, 0.5, 0.1, 0.9, 0.5), List.of(1.5, 1.1, 1.1, 2.0, 3.0, 0.4)))
        .isCloseTo(-0.029854071701326607, within(TOLERANCE));
  }

  @Test
  void givenTheSameOrTheOppositeOrder_whenCorrelated_thenOneOrMinusOne() {
    List<Double> ascending = List.of(0.1, 0.2, 7.0, 8.0);

    assertThat(RankCorrelation.spearman(ascending, List.of(-3.0, -2.0, -1.0, 40.0))).isEqualTo(1);
    assertThat(RankCorrelation.spearman(ascending, List.of(4.0, 3.0, 2.0, 1.0))).isEqualTo(-1);
  }

  @Test
  void givenNothingThatDiffers_whenCorrelated_thenThereIsNoCorrelation() {
    assertThat(RankCorrelation.spearman(List.of(1.0, 2.0), List.of(3.0, 3.0))).isNaN();
  }
}
