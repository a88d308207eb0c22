package io.sluice.gpuworker.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
  private static final double ROUNDING = 1e-6;

  @Test
  void givenGradientsOfSeveralSteps_whenApplied_thenValuesFollowTheFormulaInDoublePrecision() {
    double[] gradients = {0.5, -2, 0.01, 0};
    double[] rates = {1e-2, 5e-3, 0, 2e-2, 1e-3};
    TrainingHyperParameters.Adam adam = new TrainingHyperParameters.Adam(0.9, 0.999, 1e-8, 0.1);
    List<TrainedParameter> parameters =
        List.of(
            new TrainedParameter("matrix", "matrix", List.of(1, 2), 0),
            new TrainedParameter("gain", "gain", List.of(2), 2));
    float[] values = {1, -1, 2, 0.5f};
    double[] expected = {1, -1, 2, 0.5};
    double[] m = new double[4];
    double[] v = new double[4];
    float[] first = new float[4];
    float[] second = new float[4];
    AdamW optimizer = new AdamW(adam, parameters, first, second);

    for (int step = 1; step <= rates.length; step++) {
      float[] gradient = new float[4];
      for (int i = 0; i < 4; i++) {
        double g = gradients[i] * step * (step % 2 == 0 ? -0.3 : 1);
        gradient[i] = (float) g;
        double decay = i < 2 ? 0.1 : 0;
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        double correctedM = m[i] / (1 - Math.pow(0.9, step));
        double correctedV = v[i] / (1 - Math.pow(0.999, step));
        expected[i] *= 1 - rates[step - 1] * decay;
        expected[i] -= rates[step - 1] * correctedM / (Math.sqrt(correctedV) + 1e-8);
      }
      optimizer.step(step, rates[step - 1], values, gradient);
      for (int i = 0; i < 4; i++) {
        assertThat((double) values[i])
            .as("value %d after step %d", i, step)
            .isCloseTo(expected[i], within(ROUNDING));
        assertThat((double) first[i]).isCloseTo(m[i], within(ROUNDING));
        assertThat((double) second[i]).isCloseTo(v[i], within(ROUNDING));
      }
    }
  }

  @Test
  void givenTheFirstStep_whenApplied_thenEachValueMovesByTheLearningRateAgainstItsGradient() {
    float[] values = {1, 1};
    AdamW optimizer =
        new AdamW(
            TrainingHyperParameters.Adam.DEFAULT,
            List.of(new TrainedParameter("w", "w", List.of(1, 2), 0)),
            new float[2],
            new float[2]);

    optimizer.step(1, 0.25, values, new float[] {1e-3f, -40});

    assertThat(values[0]).isCloseTo(0.75f, within(1e-5f));
    assertThat(values[1]).isCloseTo(1.25f, within(1e-5f));
  }

  @Test
  void givenALongGradient_whenClipped_thenItsNormIsTheLimitAndTheEarlierNormIsReturned() {
    float[] gradient = {3, 4};

    double norm = Clipping.apply(gradient, 1);

    assertThat(norm).isEqualTo(5);
    assertThat(gradient[0]).isCloseTo(0.6f, within(1e-6f));
    assertThat(gradient[1]).isCloseTo(0.8f, within(1e-6f));
    assertThat(Clipping.apply(gradient, 2)).isCloseTo(1, within(1e-5));
    assertThat(gradient[0]).as("short enough").isCloseTo(0.6f, within(1e-6f));
    float[] unlimited = {30, 40};
    Clipping.apply(unlimited, 0);
    assertThat(unlimited).containsExactly(30, 40);
  }
}
