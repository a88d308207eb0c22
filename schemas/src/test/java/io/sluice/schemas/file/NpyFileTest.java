package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  private static final String FLOATS_2_BY_3 =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir Path folder;

  @Test
  void givenAMatrix_whenWrittenAndRead_thenEveryBitIsKept() throws IOException {
    float[][] matrix = {{1.5f, -0f, Float.MIN_VALUE}, {Float.NaN, Float.MAX_VALUE, -2f}};
    Path file = folder.resolve("m.npy");

    NpyFile.writeFloats(file, 3, Arrays.asList(matrix));

    assertThat(NpyFile.readFloats(file)).matches(read -> Arrays.deepEquals(read, matrix));
  }

  @Test
  void givenAMatrix_whenWritten_thenTheBytesAreThoseOfNumpy() throws IOException {
    Path file = folder.resolve("m.npy");

    NpyFile.writeFloats(file, 1, List.of(new float[] {1f}, new float[] {2f}));

    byte[] bytes = Files.readAllBytes(file);
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }" + " ".repeat(58) + "\n";
    assertThat(Arrays.copyOf(bytes, 10))
        .containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII)).isEqualTo(header);
    assertThat(Arrays.copyOfRange(bytes, 128, bytes.length))
        .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40);
  }

  @Test
  void givenFilesOfBothFormatVersions_whenRead_thenTheirValuesAreRead() throws IOException {
    String ints = "{'shape': (2,), 'fortran_order': False, 'descr': '<i4'}\n";

    assertThat(NpyFile.readInts(npy(1, ints, 8))).containsExactly(0x03020100, 0x07060504);
    assertThat(NpyFile.readInts(npy(2, ints, 8))).containsExactly(0x03020100, 0x07060504);
  }

  @Test
  void givenAMatrixStoredByColumns_whenRead_thenItIsReturnedByRows() throws IOException {
    float[][] byRows = NpyFile.readFloats(npy(1, FLOATS_2_BY_3.replace("(2, 3)", "(3, 2)"), 24));

    float[][] byColumns = NpyFile.readFloats(npy(1, FLOATS_2_BY_3.replace("False", "True"), 24));

    for (int row = 0; row < 2; row++) {
      for (int column = 0; column < 3; column++) {
        assertThat(byColumns[row][column]).isEqualTo(byRows[column][row]);
      }
    }
  }

  @Test
  void givenAnEmptyMatrix_whenWrittenAndRead_thenItIsEmpty() throws IOException {
    Path file = folder.resolve("m.npy");

    NpyFile.writeFloats(file, 4, List.of());

    assertThat(NpyFile.readFloats(file)).isEmpty();
  }

  @Test
  void givenArraysOfAnotherTypeOrShape_whenRead_thenTheErrorSaysWhatToDo() throws IOException {
    assertRefused(npy(1, FLOATS_2_BY_3.replace("f4", "f8"), 48), "'<f8'", ".astype('<f4')");
    assertRefused(npy(1, FLOATS_2_BY_3.replace("<f4", ">f4"), 24), "'>f4'");
    assertRefused(npy(1, FLOATS_2_BY_3.replace("(2, 3)", "(6,)"), 24), "[6]", "2 dimension");
    assertRefused(npy(1, FLOATS_2_BY_3.replace("'<f4'", "[('a', '<f4')]"), 24), "plain array");
  }

  @Test
  void givenDamagedFiles_whenRead_thenTheErrorSaysWhatIsWrong() throws IOException {
    assertRefused(npy(1, FLOATS_2_BY_3, 23), "truncated", "shape [2, 3]");
    assertRefused(npy(1, FLOATS_2_BY_3, 25), "damaged");
    assertRefused(
        npy(1, FLOATS_2_BY_3.replace("(2, 3)", "(999999999999, 3)"), 24),
        "a dimension may be at most");
    assertRefused(npy(3, FLOATS_2_BY_3, 24), "format version 3");
    Path text = Files.writeString(folder.resolve("text"), "0.1,0.2");
    assertRefused(text, "not a .npy file");
    Path cut = folder.resolve("cut");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(npy(1, FLOATS_2_BY_3, 24)), 20));
    assertRefused(cut, "truncated within its header");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(npy(1, FLOATS_2_BY_3, 24)), 9));
    assertRefused(cut, "truncated within its header");
  }

  @Test
  void givenNoFile_whenRead_thenTheErrorNamesIt() {
    assertRefused(folder.resolve("none.npy"), "none.npy", "no such file");
    assertRefused(folder, "directory");
  }

  @Test
  void givenARowOfAnotherLength_whenWritten_thenItIsRefused() {
    List<float[]> rows = List.of(new float[2], new float[3]);

    assertThatThrownBy(() -> NpyFile.writeFloats(folder.resolve("m.npy"), 2, rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 1 has 3 values, not 2");
  }

  private static void assertRefused(Path file, String... words) {
    assertThatThrownBy(() -> NpyFile.readFloats(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(words);
  }

  /** Writes a file whose data bytes count up from 0. */
  private Path npy(int version, String header, int dataBytes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    ByteBuffer size = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(header.length());
    bytes.write(size.array(), 0, version == 1 ? 2 : 4);
    bytes.write(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < dataBytes; i++) {
      bytes.write(i);
    }
    return Files.write(Files.createTempFile(folder, "array", ".npy"), bytes.toByteArray());
  }
}
