package io.sluice.gpuworker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TrainingLoss;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingCurveTest {
  @Test
  void givenNoStep_whenItsPointsAreRead_thenThereIsNone() {
    assertThat(new TrainingCurve().points()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 59, 60})
  void givenFewSteps_whenThePointsAreRead_thenEachStepIsOne(int steps) {
    assertThat(curve(1, steps).points())
        .isEqualTo(
            IntStream.rangeClosed(1, steps)
                .mapToObj(step -> new TrainingLoss(step, (float) loss(step)))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {61, 62, 119, 120, 121, 240, 241, 10_007})
  void givenManySteps_whenThePointsAreRead_thenEachIsTheMeanOfTheStepsUpToIt(int steps) {
    // As after a restart, which continues from a checkpoint.
    int first = 5;
    List<TrainingLoss> points = curve(first, first + steps - 1).points();

    assertThat(points).hasSizeBetween(TrainingCurve.MOST_POINTS / 2, TrainingCurve.MOST_POINTS);
    assertThat(points.get(points.size() - 1).getStep()).isEqualTo(first + steps - 1);
    int begin = first;
    for (TrainingLoss point : points) {
      assertThat((double) point.getLoss())
          .isCloseTo(
              IntStream.rangeClosed(begin, point.getStep())
                  .mapToDouble(TrainingCurveTest::loss)
                  .average()
                  .orElseThrow(),
              Offset.offset(1e-5));
      begin = point.getStep() + 1;
    }
    assertThat(
            IntStream.range(1, points.size() - 1)
                .map(i -> points.get(i).getStep() - points.get(i - 1).getStep())
                .distinct()
                .count())
        .as("widths of the points that are full")
        .isEqualTo(1);
  }

  private static TrainingCurve curve(int first, int last) {
    TrainingCurve curve = new TrainingCurve();
    for (int step = first; step <= last; step++) {
      curve.add(step, loss(step));
    }
    return curve;
  }

  private static double loss(int step) {
    return 3.0 / step + (step % 7) * 0.125;
  }
}
