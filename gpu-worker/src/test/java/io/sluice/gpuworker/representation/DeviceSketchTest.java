package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSketchTest {
  private static final int EXAMPLES = 3;

  @ParameterizedTest
  @CsvSource({
    "8, 1, 1",
    "8, 1000, 2",
    "4096, 100000, 3",
    "4096, 8192, 1",
    "16384, 12345, 2",
    "262144, 1000003, 2"
  })
  void givenGradients_whenSketchedOnTheDevice_thenEachExamplesSketchesEqualThoseInJava(
      int dimension, int size, int checkpoints) {
    CountSketch sketch = new CountSketch(dimension, 17);
    float[] gradients = gradients(checkpoints * EXAMPLES * size);

    float[] onDevice;
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array = scratch.create(gradients, new Shape(checkpoints * EXAMPLES, size));
      DeviceSketch device = new DeviceSketch(scratch, sketch, checkpoints, size);
      onDevice = device.apply(array, EXAMPLES).toFloatArray();
      assertThat(array.toFloatArray()).isEqualTo(gradients);
    }

    int buckets = sketch.dimension(size);
    assertThat(onDevice).hasSize(checkpoints * EXAMPLES * buckets);
    for (int lane = 0; lane < checkpoints * EXAMPLES; lane++) {
      float[] gradient = GoldenData.row(gradients, lane, size);
      float[] row = GoldenData.row(onDevice, lane, buckets);
      assertThat(GoldenData.relativeError(row, sketch.apply(gradient, lane / EXAMPLES)))
          .isLessThan(1e-6);
    }
  }

  /**
   * Values of very different magnitudes, so that adding them in another order gives another sum.
   */
  private static float[] gradients(int size) {
    Random random = new Random(size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(6)));
    }
    return values;
  }
}
