package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyVectorsTest {
  @TempDir Path folder;

  private Path file(byte[] header, byte[] values) throws IOException {
    Path file = folder.resolve("vectors.npy");
    Files.write(
        file, ByteBuffer.allocate(header.length + values.length).put(header).put(values).array());
    return file;
  }

  private static List<String> vectors(Path file) throws IOException {
    List<String> seen = new ArrayList<>();
    try (NpyVectors vectors = NpyVectors.open(file)) {
      vectors.forEach(
          (checkpoint, example, vector) ->
              seen.add(checkpoint + " " + example + " " + Arrays.toString(vector)));
    }
    return seen;
  }

  @Test
  void givenFloat16_whenRead_thenEachVectorIsWidened() throws IOException {
    ByteBuffer values = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (int half : new int[] {0x3c00, 0xc000, 0x3800, 0x0001, 0x7c00, 0x0000}) {
      values.putShort((short) half);
    }
    Path file = file(NpyHeader.encode("<f2", 1, 3, 2), values.array());

    assertThat(vectors(file))
        .containsExactly("0 0 [1.0, -2.0]", "0 1 [0.5, 5.9604645E-8]", "0 2 [Infinity, 0.0]");
  }

  @Test
  void givenFloat32_whenRead_thenTheFirstCheckpointComesFirst() throws IOException {
    ByteBuffer values = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    values.putFloat(1).putFloat(2).putFloat(3).putFloat(4);
    Path file = file(NpyHeader.encode("<f4", 2, 2, 1), values.array());

    assertThat(vectors(file)).containsExactly("0 0 [1.0]", "0 1 [2.0]", "1 0 [3.0]", "1 1 [4.0]");
    try (NpyVectors vectors = NpyVectors.open(file)) {
      assertThat(vectors.checkpoints()).isEqualTo(2);
      assertThat(vectors.examples()).isEqualTo(2);
      assertThat(vectors.dimension()).isEqualTo(1);
    }
  }

  @Test
  void givenOtherArrays_whenOpened_thenTheyAreRefusedByName() throws IOException {
    Path doubles = file(NpyHeader.encode("<f8", 1, 1, 1), new byte[8]);
    assertThatThrownBy(() -> NpyVectors.open(doubles)).hasMessageContaining("'<f4' or '<f2'");
    Path matrix = file(NpyHeader.encode("<f4", 1, 1), new byte[4]);
    assertThatThrownBy(() -> NpyVectors.open(matrix)).hasMessageContaining("3 dimension(s)");
    Path cut = file(NpyHeader.encode("<f2", 1, 2, 2), new byte[7]);
    assertThatThrownBy(() -> NpyVectors.open(cut)).hasMessageContaining("truncated or damaged");
    Path huge = file(NpyHeader.encode("<f2", 1 << 28, 1 << 28, 1 << 28), new byte[8]);
    assertThatThrownBy(() -> NpyVectors.open(huge)).hasMessageContaining("truncated or damaged");
    byte[] fortran =
        new String(NpyHeader.encode("<f4", 1, 1, 1), StandardCharsets.ISO_8859_1)
            .replace("'fortran_order': False", "'fortran_order': True ")
            .getBytes(StandardCharsets.ISO_8859_1);
    Path columns = file(fortran, new byte[4]);
    assertThatThrownBy(() -> NpyVectors.open(columns)).hasMessageContaining("Fortran order");
  }
}
