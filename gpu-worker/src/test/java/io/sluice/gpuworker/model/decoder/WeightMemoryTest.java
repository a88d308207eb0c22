package io.sluice.gpuworker.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arrays that are larger than a window, as those of 2 GiB are. */
class WeightMemoryTest {
  private static final Path BASE = GoldenData.small().resolve("tiny-llama/base");
  private static final String MATRIX = "model.layers.0.mlp.gate_proj.weight";
  private static final String VECTOR = "model.norm.weight";

  @ParameterizedTest
  @CsvSource({"FLOAT32, 1", "FLOAT32, 1000", "BFLOAT16, 1", "BFLOAT16, 1000", "BFLOAT16, 1000000"})
  void givenAWindow_whenWeightsAreLoaded_thenTheyAreThoseOfTheFile(WeightType type, int window)
      throws IOException {
    Safetensors file = Safetensors.open(BASE.resolve("model.safetensors"));
    int rows = (int) file.shape(MATRIX)[0];
    int width = (int) file.shape(MATRIX)[1];
    WeightSettings settings = new WeightSettings(type, ProductType.FLOAT32);
    try (Torch torch = Torch.open()) {
      WeightMemory whole = new WeightMemory(torch.manager(), settings, 1, Integer.MAX_VALUE);
      WeightMemory parts = new WeightMemory(torch.manager(), settings, 1, window);
      assertThat(values(parts.matrix(file, MATRIX, rows, width)))
          .isEqualTo(values(whole.matrix(file, MATRIX, rows, width)));
      assertThat(parts.vector(file, VECTOR, width).toFloatArray())
          .isEqualTo(whole.vector(file, VECTOR, width).toFloatArray());
      if (type == WeightType.FLOAT32) {
        assertThat(values(parts.matrix(file, MATRIX, rows, width)))
            .isEqualTo(file.read(MATRIX, rows, width));
      }
    }
  }

  private static float[] values(Matrix matrix) {
    return matrix.format().widened(matrix.values()).toFloatArray();
  }

  @Test
  void givenAWindow_whenTensorsAreCompared_thenADifferenceInAnyPartIsSeen(@TempDir Path folder)
      throws IOException {
    Path path = folder.resolve("two.safetensors");
    float[] last = new float[100];
    last[99] = 1;
    SafetensorsWriter.write(
        path,
        List.of(
            tensor("zero", new float[100]), tensor("same", new float[100]), tensor("other", last)),
        Map.of());
    Safetensors file = Safetensors.open(path);
    try (Torch torch = Torch.open()) {
      WeightMemory parts = new WeightMemory(torch.manager(), WeightSettings.DEFAULT, 1, 64);
      assertThat(parts.differ(file, "zero", file, "same")).isFalse();
      assertThat(parts.differ(file, "zero", file, "other")).isTrue();
    }
  }

  private static SafetensorsWriter.Tensor tensor(String name, float[] values) {
    return new SafetensorsWriter.Tensor(name, List.of(10, 10), FloatBuffer.wrap(values));
  }
}
