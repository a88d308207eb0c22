package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.Torch;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSketchTest {
  @ParameterizedTest
  @CsvSource({
    "8, 1, 1",
    "8, 1000, 2",
    "4096, 100000, 3",
    "4096, 8192, 1",
    "16384, 12345, 2",
    "262144, 1000003, 2"
  })
  void givenGradients_whenSketchedOnTheDevice_thenTheyEqualTheSketchesInJavaToTheLastBit(
      int dimension, int size, int checkpoints) {
    CountSketch sketch = new CountSketch(dimension, 17);
    float[] gradients = gradients(checkpoints * size);

    float[] onDevice;
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array = scratch.create(gradients, new Shape(checkpoints, size));
      DeviceSketch device = new DeviceSketch(scratch, sketch, checkpoints, size);
      onDevice = device.apply(scratch, array).toFloatArray();
      assertThat(array.toFloatArray()).isEqualTo(gradients);
    }

    int buckets = sketch.dimension(size);
    for (int c = 0; c < checkpoints; c++) {
      float[] gradient = new float[size];
      System.arraycopy(gradients, c * size, gradient, 0, size);
      float[] row = new float[buckets];
      System.arraycopy(onDevice, c * buckets, row, 0, buckets);
      assertThat(row).isEqualTo(sketch.apply(gradient, c));
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
