package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReductionTest {
  private static final int SIZE = 100_003;
  private static final int EXAMPLES = 2;

  private final Random random = new Random(5);

  @ParameterizedTest
  @CsvSource({"CANDIDATE, true", "CANDIDATE, false", "QUERY, true"})
  void givenGradients_whenReducedOnTheDevice_thenTheyEqualTheReductionInJava(
      ExampleRole role, boolean adam) {
    List<AdamMoments> moments =
        adam
            ? List.of(
                new AdamMoments(values(SIZE, 1e-4), squares()),
                new AdamMoments(values(SIZE, 1e-4), squares()))
            : List.of();
    CountSketch sketch = new CountSketch(8192, 3);
    float[] gradients = values(2 * EXAMPLES * SIZE, 1e-3);
    StageTimes times = new StageTimes();
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array = scratch.create(gradients, new Shape(2 * EXAMPLES, SIZE));
      GradientReduction onDevice =
          new ReductionOnDevice(scratch, moments, sketch, 2, SIZE, FeatureEncoding.FLOAT32, times);
      GradientReduction inJava = new ReductionInJava(moments, sketch, times);

      List<float[][]> actual = onDevice.reduce(scratch, array, EXAMPLES, role);
      List<float[][]> expected = inJava.reduce(scratch, array, EXAMPLES, role);
      assertThat(actual).hasSize(EXAMPLES);
      for (int e = 0; e < EXAMPLES; e++) {
        for (int c = 0; c < 2; c++) {
          assertThat(GoldenData.relativeError(actual.get(e)[c], expected.get(e)[c]))
              .isLessThan(1e-6);
        }
      }
      assertThat(array.toFloatArray()).isEqualTo(gradients);
    }
    assertThat(times.total(Stage.PROJECTION)).isPositive();
    assertThat(times.total(Stage.ADAM).isZero()).isEqualTo(!adam || role == ExampleRole.QUERY);
  }

  @ParameterizedTest
  @CsvSource({"CANDIDATE, true", "QUERY, false"})
  void givenCandidatesThatAreStoredAsSigns_whenReducedOnTheDevice_thenOnlyTheirSignsAreLeft(
      ExampleRole role, boolean signsOnly) {
    CountSketch sketch = new CountSketch(8192, 3);
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array =
          scratch.create(values(2 * EXAMPLES * SIZE, 1e-3), new Shape(2 * EXAMPLES, SIZE));

      List<float[][]> signs = reduce(scratch, array, sketch, FeatureEncoding.SIGN, role);
      List<float[][]> whole = reduce(scratch, array, sketch, FeatureEncoding.INT8, role);

      for (int e = 0; e < EXAMPLES; e++) {
        assertThat(FeatureCodec.encode(FeatureEncoding.SIGN, signs.get(e)))
            .isEqualTo(FeatureCodec.encode(FeatureEncoding.SIGN, whole.get(e)));
        assertThat(Arrays.deepEquals(signs.get(e), whole.get(e))).isEqualTo(!signsOnly);
      }
    }
  }

  private static List<float[][]> reduce(
      NDManager scratch,
      NDArray array,
      CountSketch sketch,
      FeatureEncoding stored,
      ExampleRole role) {
    return new ReductionOnDevice(scratch, List.of(), sketch, 2, SIZE, stored, new StageTimes())
        .reduce(scratch, array, EXAMPLES, role);
  }

  /** Real gradients have values below 6e-8, which a 16-bit float would round to 0. */
  @Test
  void givenGradientsTooSmallFor16Bits_whenReduced_thenNoValueIsRoundedToZero() {
    float[] gradient = values(SIZE, 1e-9);
    CountSketch sketch = new CountSketch(8192, 3);
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array = scratch.create(gradient, new Shape(1, SIZE));
      for (GradientReduction reduction :
          List.of(
              new ReductionOnDevice(
                  scratch, List.of(), sketch, 1, SIZE, FeatureEncoding.SIGN, new StageTimes()),
              new ReductionInJava(List.of(), sketch, new StageTimes()))) {
        float[] reduced = reduction.reduce(scratch, array, 1, ExampleRole.QUERY).get(0)[0];
        assertThat(GoldenData.relativeError(reduced, sketch.apply(gradient, 0))).isLessThan(1e-6);
      }
    }
    float[] scaled = gradient.clone();
    for (int i = 0; i < SIZE; i++) {
      scaled[i] *= 1 << 20;
    }
    float[] ofScaled = sketch.apply(scaled, 0);
    float[] ofGradient = sketch.apply(gradient, 0);
    for (int i = 0; i < ofScaled.length; i++) {
      assertThat(ofGradient[i] * (1 << 20)).isEqualTo(ofScaled[i]);
    }
  }

  private float[] values(int size, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation * Math.exp(random.nextGaussian()));
    }
    return values;
  }

  private float[] squares() {
    float[] values = values(SIZE, 1e-3);
    for (int i = 0; i < SIZE; i++) {
      values[i] *= values[i];
    }
    return values;
  }
}
