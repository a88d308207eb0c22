package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyWriterTest {
  @TempDir private Path folder;

  @Test
  void givenThreeDimensions_whenWrittenInPieces_thenTheBytesAreThoseOfNumpy() throws IOException {
    Path file = folder.resolve("v.npy");
    try (NpyWriter out = NpyWriter.create(file, 2, 1, 2)) {
      out.write(new float[] {1f, 2f});
      out.write(new float[] {-2f, 0f});
    }

    byte[] bytes = Files.readAllBytes(file);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .isEqualTo(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 2), }"
                + " ".repeat(55)
                + "\n");
    assertThat(Arrays.copyOfRange(bytes, 128, bytes.length))
        .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0, 0xc0, 0, 0, 0, 0);
  }

  @Test
  void givenMoreValuesThanTheShapeHas_whenWritten_thenTheyAreRefused() throws IOException {
    try (NpyWriter out = NpyWriter.create(folder.resolve("v.npy"), 1, 2)) {
      out.write(new float[2]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> out.write(new float[1]))
          .withMessageContaining("1 values too many for shape [1, 2]");
    }
  }

  @Test
  void givenFewerValuesThanTheShapeHas_whenRead_thenTheFileIsRefused() throws IOException {
    Path file = folder.resolve("v.npy");
    try (NpyWriter out = NpyWriter.create(file, 2, 2)) {
      out.write(new float[2]);
    }
    assertThatThrownBy(() -> NpyFile.readFloats(file)).hasMessageContaining("truncated");
  }
}
