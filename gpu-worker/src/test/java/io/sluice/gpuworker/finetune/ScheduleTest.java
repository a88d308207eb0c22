package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void givenAWarmUp_whenTheRateOfEachStepIsComputed_thenItRisesFromZeroAndFallsLinearly() {
    TrainingHyperParameters hyper =
        new TrainingHyperParameters(
            1, 1, 0.8, 0.31, TrainingHyperParameters.Adam.DEFAULT, 1, 0, 16);
    Schedule schedule = Schedule.of(hyper, 8);

    assertThat(IntStream.range(0, 8).mapToDouble(schedule::rate).toArray())
        .containsExactly(
            new double[] {0, 0.8 / 3, 1.6 / 3, 0.8, 0.64, 0.48, 0.32, 0.16}, within(1e-12));
  }

  @Test
  void givenNoWarmUpOrOnlyAWarmUp_whenARateIsComputed_thenItIsFiniteAndPositive() {
    assertThat(new Schedule(1, 0, 2).rate(0)).isEqualTo(1);
    assertThat(new Schedule(1, 2, 2).rate(1)).isEqualTo(0.5);
  }

  @Test
  void givenValuesOutOfRange_whenCreated_thenTheErrorNamesTheValueAndTheAllowedOnes() {
    TrainingHyperParameters some = TrainingHyperParameters.DEFAULT;
    assertThatThrownBy(() -> some.withEpochs(0)).hasMessage("epochs 0: use a value 1 or more");
    assertThatThrownBy(() -> some.withBatch(0)).hasMessageContaining("batch size 0");
    assertThatThrownBy(() -> some.withLearningRate(Double.NaN))
        .hasMessageContaining("learning rate NaN");
    assertThatThrownBy(() -> some.withSeed(-1)).hasMessageContaining("from 0 to 4294967295");
    assertThatThrownBy(() -> some.withMaxLength(1)).hasMessageContaining("length limit of 1");
    assertThatThrownBy(() -> new TrainingHyperParameters.Adam(0.9, 1, 1e-8, 0))
        .hasMessageContaining("second beta 1.0");
    assertThatThrownBy(() -> new FineTuneMethod.GivenAdapter(Cases.base(), 1))
        .hasMessageContaining("dropout 1.0");
  }

  @Test
  void givenTheDefaultSeed_whenNumbersAreDrawn_thenTheyEqualThePublishedOnesOfTheGenerator() {
    MersenneTwister random = new MersenneTwister(5489);

    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(3499211612L);
    random.skip(9998);
    assertThat(Integer.toUnsignedLong(random.next())).isEqualTo(4123659995L);
    assertThat(random.permutation(1000))
        .as("each number once")
        .containsExactlyInAnyOrder(IntStream.range(0, 1000).toArray());
  }
}
