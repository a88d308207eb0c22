package io.sluice.gpuworker.representation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.Torch;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSignsTest {
  private static final float[] EXTREMES = {
    0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, 1e-39f, -1e-39f
  };

  @ParameterizedTest
  @CsvSource({"1, 8", "3, 4096", "5, 24", "2, 32768"})
  void givenVectors_whenTheirSignsArePacked_thenTheBytesAreThoseOfTheEncoderInJava(
      int rows, int width) {
    float[][] vectors = new float[rows][width];
    Random random = new Random(width);
    for (float[] vector : vectors) {
      for (int i = 0; i < width; i++) {
        vector[i] =
            random.nextInt(4) == 0
                ? EXTREMES[random.nextInt(EXTREMES.length)]
                : (float) random.nextGaussian();
      }
      vector[0] = 1;
    }

    byte[] packed = pack(vectors);

    int bytes = width / 8;
    assertThat(packed).hasSize(rows * (bytes + 1));
    for (int r = 0; r < rows; r++) {
      ByteBuffer expected = FeatureCodec.encode(FeatureEncoding.SIGN, new float[][] {vectors[r]});
      assertThat(ByteBuffer.wrap(packed, r * (bytes + 1), bytes)).isEqualTo(expected);
      float[][] unpacked = {DeviceSigns.unpack(packed, r, width)};
      assertThat(FeatureCodec.encode(FeatureEncoding.SIGN, unpacked)).isEqualTo(expected);
    }
  }

  /** The encoder in Java refuses these, as does the scaling before it. */
  @Test
  void givenVectorsWithoutADirection_whenPacked_thenTheyAreUnpackedAsZeros() {
    float[][] vectors = {
      {0, -0f, 0, 0, -0f, 0, 0, 0},
      {1, 2, Float.NaN, 4, 5, 6, 7, 8},
      {1, 2, 3, Float.POSITIVE_INFINITY, 5, 6, 7, 8},
      {1, 2, 3, 4, Float.NEGATIVE_INFINITY, 6, 7, 8},
      {0, 0, 0, 0, 0, 0, -Float.MIN_VALUE, 0},
      {Float.MAX_VALUE, Float.MAX_VALUE, 0, 0, 0, 0, 0, 0}
    };

    byte[] packed = pack(vectors);

    for (int r = 0; r < vectors.length; r++) {
      boolean directed = UnitLength.scale(vectors[r].clone());
      assertThat(directed).isEqualTo(r > 3);
      assertThat(UnitLength.scale(DeviceSigns.unpack(packed, r, 8))).isEqualTo(directed);
    }
  }

  private static byte[] pack(float[][] vectors) {
    float[] flat = new float[vectors.length * vectors[0].length];
    for (int r = 0; r < vectors.length; r++) {
      System.arraycopy(vectors[r], 0, flat, r * vectors[r].length, vectors[r].length);
    }
    try (Torch torch = Torch.open();
        NDManager scratch = torch.manager().newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray array = scratch.create(flat, new Shape(vectors.length, vectors[0].length));
      byte[] packed = new DeviceSigns(scratch).pack(array).toByteArray();
      assertThat(array.toFloatArray()).isEqualTo(flat);
      return packed;
    }
  }
}
