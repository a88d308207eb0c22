package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroExtentTest {
  private static final long TWO_BILLION = 2_000_000_000L;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'string'",
        "'bytes'",
        "{'type': 'array', 'items': 'int'}",
        "{'type': 'array', 'items': 'null'}",
        "{'type': 'array', 'items': {'type': 'array', 'items': 'null'}}",
        "{'type': 'map', 'values': 'null'}"
      })
  void givenALengthOrCountOfTwoBillion_whenChecked_thenItIsRefused(String schema) {
    assertThatThrownBy(() -> AvroExtent.check(schema(schema), numbers(TWO_BILLION)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("2000000000");
  }

  @Test
  void givenManyBlocksOfItemsWithoutBytes_whenChecked_thenTheirSumIsLimited() {
    // Each block is as long as the bytes that follow it allow.
    assertThatThrownBy(
            () ->
                AvroExtent.check(
                    schema("{'type': 'array', 'items': 'null'}"), numbers(4, 4, 4, 4, 4, 4, 4, 0)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("items");
  }

  @Test
  void givenABlockWithItsSizeAhead_whenChecked_thenItPasses() {
    assertThatCode(
            () ->
                AvroExtent.check(
                    schema("{'type': 'array', 'items': 'int'}"), numbers(-3, 3, 7, 8, 9, 0)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void givenALengthThatNoValueHas_whenChecked_thenItIsRefused(long length) {
    for (String schema : new String[] {"'string'", "{'type': 'array', 'items': 'int'}"}) {
      assertThatThrownBy(() -> AvroExtent.check(schema(schema), numbers(length, 1)))
          .isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void givenARecursiveSchema_whenValuesAreNestedWithoutEnd_thenTheyAreRefused() {
    String list = "{'type': 'record', 'name': 'A', 'fields': [{'name': 'a', 'type': 'A'}]}";

    assertThatThrownBy(() -> AvroExtent.check(schema(list), numbers()))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("nested");
  }

  @Test
  void givenTextThatIsNotUtf8_whenChecked_thenItIsRefused() {
    assertThatThrownBy(
            () ->
                AvroExtent.check(
                    schema("'string'"), ByteBuffer.wrap(new byte[] {4, (byte) 0xC3, 'a'})))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void givenTextOfOtherScripts_whenChecked_thenItPasses() {
    byte[] text = "Grüße, 世界 🌊".getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(text.length + 1);
    bytes.put((byte) (text.length * 2)).put(text).flip();

    assertThatCode(() -> AvroExtent.check(schema("'string'"), bytes)).doesNotThrowAnyException();
  }

  @Test
  void givenBytesAfterTheEnd_whenChecked_thenTheyAreRefused() {
    assertThatThrownBy(() -> AvroExtent.check(schema("'int'"), numbers(1, 2)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("1 bytes after its end");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, -1})
  void givenABranchThatDoesNotExist_whenChecked_thenItIsRefused(long branch) {
    assertThatThrownBy(() -> AvroExtent.check(schema("['null', 'int']"), numbers(branch, 1)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("union");
  }

  private static Schema schema(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  /** Numbers in Avro's zigzag form of variable length. */
  private static ByteBuffer numbers(long... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (long value : values) {
      long bits = (value << 1) ^ (value >> 63);
      for (; (bits & ~0x7FL) != 0; bits >>>= 7) {
        bytes.write((int) (bits & 0x7F | 0x80));
      }
      bytes.write((int) bits);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
