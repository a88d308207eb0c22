package io.sluice.gpuworker.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir private Path folder;

  private Path file(String header, int... shorts) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + 2 * shorts.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Arrays.stream(shorts).forEach(value -> bytes.putShort((short) value));
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @Test
  void givenTensorsOfEachType_whenRead_thenTheyAreWidenedExactly() throws IOException {
    Safetensors file =
        Safetensors.open(
            file(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
                    + "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},"
                    + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
                0x3f80,
                0xbf80,
                0x4049,
                0x0001,
                0x3c00,
                0xc000,
                0x0000,
                0x3fc0));
    assertThat(file.names()).containsExactlyInAnyOrder("b", "h", "f");
    assertThat(file.read("b", 2, 2))
        .containsExactly(1, -1, 3.140625f, Float.intBitsToFloat(0x00010000));
    assertThat(file.read("h", 2)).containsExactly(1, -2);
    assertThat(file.read("f", 1)).containsExactly(1.5f);
  }

  @Test
  void givenTwoFiles_whenATensorIsCompared_thenShapeTypeAndValuesCount() throws IOException {
    String header = "{\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}";
    Safetensors one = Safetensors.open(file(header, 1, 2, 3));
    Path moved = Files.move(one.path(), folder.resolve("one.safetensors"));
    Safetensors first = Safetensors.open(moved);

    assertThat(first.hasSame("b", Safetensors.open(file(header, 1, 2, 3)))).isTrue();
    assertThat(first.hasSame("b", Safetensors.open(file(header, 1, 2, 4)))).isFalse();
    assertThat(first.hasSame("b", Safetensors.open(file(header.replace("BF16", "F16"), 1, 2, 3))))
        .isFalse();
    assertThat(first.hasSame("b", Safetensors.open(file(header.replace("[3]", "[3,1]"), 1, 2, 3))))
        .isFalse();
    assertThat(
            first.hasSame("b", Safetensors.open(file(header.replace("\"b\"", "\"c\""), 1, 2, 3))))
        .isFalse();
  }

  @Test
  void givenAMismatchInShapeNameOrType_whenRead_thenTheMessageNamesTensorAndFile()
      throws IOException {
    Safetensors file =
        Safetensors.open(
            file(
                "{\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[8,10]}}",
                7,
                0,
                0,
                0,
                7));
    assertThatThrownBy(() -> file.read("b", 2)).hasMessageContaining("b has shape [1], not [2]");
    assertThatThrownBy(() -> file.read("j", 2)).hasMessageContaining("has no tensor j");
    assertThatThrownBy(() -> file.read("i", 1))
        .hasMessageContaining("x.safetensors: i has type I64: save it as F32, BF16 or F16");
  }

  /** The file has holes, which take no room on a disk. */
  @Test
  void givenATensorOfMoreThanTwoGibibytes_whenItsEndIsRead_thenTheValuesAreThoseOfTheFile()
      throws IOException {
    long rows = 3L << 20;
    Path path =
        file(
            "{\"b\":{\"dtype\":\"BF16\",\"shape\":[%d,512],\"data_offsets\":[0,%d]}}"
                .formatted(rows, rows * 1024));
    try (FileChannel out = FileChannel.open(path, StandardOpenOption.WRITE)) {
      long end = out.size() + rows * 1024;
      out.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), end - 4);
    }
    Safetensors file = Safetensors.open(path);
    ByteBuffer last = ByteBuffer.allocateDirect(6);
    file.read("b", rows * 1024 - 6, last, rows, 512);
    assertThat(last.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 0, 1, 2, 3, 4}));
    assertThatThrownBy(() -> file.read("b", rows * 1024 - 5, last.clear(), rows, 512))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 6 from byte");
    assertThatThrownBy(() -> file.read("b", rows, 512)).hasMessageContaining("2 GiB");
  }

  @Test
  void givenATruncatedOrForeignFile_whenOpened_thenItIsRejected() throws IOException {
    Path cut = file("{\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}", 1, 2);
    assertThatThrownBy(() -> Safetensors.open(cut)).hasMessageContaining("truncated");
    Path pointer = Files.writeString(folder.resolve("lfs"), "version https://git-lfs.github.com");
    assertThatThrownBy(() -> Safetensors.open(pointer))
        .hasMessageContaining("not a safetensors file");
    Path empty = Files.writeString(folder.resolve("empty"), "");
    assertThatThrownBy(() -> Safetensors.open(empty))
        .hasMessageContaining("not a safetensors file");
    for (String header : List.of("{not json", "[1, 2]", "7")) {
      Path garbage = file(header);
      assertThatThrownBy(() -> Safetensors.open(garbage))
          .hasMessageContaining("not a safetensors file");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[-1]", "[1,-1,-2]", "[4611686018427387904,4]", "[1099511627776]", "[0]", "[1]"})
  void givenAShapeThatDoesNotMatchTheOffsets_whenOpened_thenTheFileIsRejected(String shape)
      throws IOException {
    Path file =
        file("{\"b\":{\"dtype\":\"BF16\",\"shape\":" + shape + ",\"data_offsets\":[0,4]}}", 1, 2);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("not a safetensors file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "two tensors share bytes | 'a' 0 4 'b' 0 4",
        "two tensors overlap | 'a' 0 4 'b' 2 6",
        "bytes before the first tensor | 'a' 2 6 'b' 6 8",
        "bytes between two tensors | 'a' 0 2 'b' 4 8",
        "bytes after the last tensor | 'a' 0 2 'b' 2 6",
        "a name twice | 'a' 0 4 'a' 4 8"
      })
  void givenTensorsThatDoNotCoverTheFileOnceEach_whenOpened_thenTheFileIsRejected(
      String what, String tensors) throws IOException {
    StringBuilder header = new StringBuilder();
    String[] words = tensors.replace('\'', '"').split(" ");
    for (int i = 0; i < words.length; i += 3) {
      int begin = Integer.parseInt(words[i + 1]);
      int end = Integer.parseInt(words[i + 2]);
      header
          .append(i == 0 ? '{' : ',')
          .append(words[i])
          .append(":{\"dtype\":\"BF16\",\"shape\":[%d],".formatted((end - begin) / 2))
          .append("\"data_offsets\":[%d,%d]}".formatted(begin, end));
    }
    Path file = file(header.append('}').toString(), 1, 2, 3, 4);
    assertThatThrownBy(() -> Safetensors.open(file))
        .as(what)
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("damaged");
  }
}
