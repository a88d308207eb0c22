package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What values of Parquet are in JSON, and which have none. */
class ParquetJsonTest {
  private static final String TURNS =
      """
      optional group messages (LIST) { repeated group list { optional group element {
        optional binary role (STRING);
        optional binary content (STRING);
        optional group tool_calls (LIST) { repeated group list { optional group element {
          optional binary name (STRING);
          optional group arguments {
            optional binary role (STRING);
            optional binary city (STRING);
            optional binary content (STRING);
          }
        } } }
      } } }
      """;

  @Test
  void givenNullFields_whenConverted_thenOnlyTheContentOfATurnStaysNull() {
    assertThat(
            json(
                TURNS,
                row -> {
                  Group list = row.addGroup("messages");
                  Group turn = list.addGroup("list").addGroup("element");
                  turn.add("role", "assistant");
                  Group call = turn.addGroup("tool_calls").addGroup("list").addGroup("element");
                  call.add("name", "weather");
                  call.addGroup("arguments").add("city", "Bern");
                }))
        .isEqualTo(
            """
            {"messages":[{"role":"assistant","content":null,\
            "tool_calls":[{"name":"weather","arguments":{"city":"Bern"}}]}]}""");
  }

  @Test
  void givenStructsThatAreNoTurns_whenConverted_thenTheirContentIsLeftOut() {
    String fields = "optional binary role (STRING); optional binary content (STRING);";
    assertThat(
            json(
                "optional group a { optional group b { %s } } optional group c { optional binary content (STRING); }"
                    .formatted(fields),
                row -> {
                  row.addGroup("a").addGroup("b").add("role", "x");
                  row.addGroup("c");
                }))
        .isEqualTo("{\"a\":{\"b\":{\"role\":\"x\"}},\"c\":{}}");
    assertThat(json("optional group prompt { %s }".formatted(fields), row -> row.addGroup(0)))
        .isEqualTo("{\"prompt\":{\"content\":null}}");
  }

  @Test
  void givenNullElements_whenConverted_thenTheyStayNull() {
    assertThat(
            json(
                TURNS,
                row -> {
                  Group list = row.addGroup("messages");
                  list.addGroup("list").addGroup("element").add("content", "q");
                  list.addGroup("list");
                }))
        .isEqualTo("{\"messages\":[{\"content\":\"q\"},null]}");
    assertThat(
            json(
                """
                optional group a (LIST) { repeated group list {
                  optional group element (LIST) { repeated group list { optional int32 element; } }
                } }
                """,
                row -> {
                  Group outer = row.addGroup("a");
                  outer.addGroup("list");
                  Group inner = outer.addGroup("list").addGroup("element");
                  inner.addGroup("list").add("element", 1);
                  inner.addGroup("list");
                }))
        .isEqualTo("{\"a\":[null,[1,null]]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAP", "MAP_KEY_VALUE"})
  void givenAMap_whenConverted_thenNullValuesStayAndAKeyThatIsGivenTwiceIsRefused(String name) {
    String map =
        """
        optional group m (%s) { repeated group key_value {
          required binary key (STRING);
          optional int64 value;
        } }
        """
            .formatted(name);
    assertThat(
            json(
                map,
                row -> {
                  Group entries = row.addGroup("m");
                  entries.addGroup(0).append("key", "a").add("value", 1L);
                  entries.addGroup(0).add("key", "b");
                }))
        .isEqualTo("{\"m\":{\"a\":1,\"b\":null}}");
    assertThatThrownBy(
            () ->
                json(
                    map,
                    row -> {
                      Group entries = row.addGroup("m");
                      entries.addGroup(0).add("key", "a");
                      entries.addGroup(0).add("key", "a");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column m has a key twice");
  }

  @Test
  void givenBinary_whenConverted_thenItIsRefusedByNameUnlessItIsNull() {
    String columns =
        "optional binary b; optional group s { optional fixed_len_byte_array(2) f; } required int32 n;";
    assertThatThrownBy(() -> json(columns, row -> row.append("b", "hello").add("n", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column b is binary: write it as text, or remove the column");
    assertThatThrownBy(() -> json(columns, row -> row.addGroup("s").add("f", bytes(1, 2))))
        .hasMessageStartingWith("column s.f is binary");
    assertThat(json(columns, row -> row.add("n", 1))).isEqualTo("{\"n\":1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"binary x (BSON)", "fixed_len_byte_array(12) x (INTERVAL)"})
  void givenATypeThatIsNotRead_whenConverted_thenItIsRefusedByName(String column) {
    String type = column.substring(column.lastIndexOf('(') + 1, column.length() - 1);
    assertThatThrownBy(
            () -> json("required " + column + ";", row -> row.add("x", bytes(new int[12]))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("column x has the type " + type + ", which is not read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"STRING", "ENUM", "JSON"})
  void givenTextThatIsNotUtf8_whenConverted_thenItIsRefused(String type) {
    assertThatThrownBy(
            () ->
                json(
                    "required binary x (" + type + ");",
                    row -> row.add("x", bytes('c', 'a', 'f', 0xe9))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column x is not UTF-8 text");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void givenANumberThatJsonDoesNotHave_whenConverted_thenItIsRefused(double number) {
    String reason = "column x is " + number + ", which JSON does not have: write null instead";
    assertThatThrownBy(() -> json("required double x;", row -> row.add("x", number)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
    assertThatThrownBy(() -> json("required float x;", row -> row.add("x", (float) number)))
        .hasMessage(reason);
    int half = number == Double.POSITIVE_INFINITY ? 0x7c : number < 0 ? 0xfc : 0x7e;
    assertThatThrownBy(
            () ->
                json(
                    "required fixed_len_byte_array(2) x (FLOAT16);",
                    row -> row.add("x", bytes(0, half))))
        .hasMessage(reason);
  }

  @Test
  void givenNumbersOfUnusualStorage_whenConverted_thenTheyAreTheSameNumbers() {
    assertThat(
            json(
                """
                required fixed_len_byte_array(2) smallest (FLOAT16);
                required int32 cents (DECIMAL(9,2));
                required int64 whole (DECIMAL(18,0));
                """,
                row -> row.append("smallest", bytes(1, 0)).append("cents", -5).add("whole", 7L)))
        .isEqualTo("{\"smallest\":5.9604645E-8,\"cents\":-0.05,\"whole\":7}");
  }

  @Test
  void givenNumbersAndTimesBeyondTheirRange_whenConverted_thenTheyAreRefused() {
    assertThatThrownBy(
            () -> json("required binary x (DECIMAL(9,2));", row -> row.add("x", bytes())))
        .hasMessage("column x is not a number of 1 to 1000 digits");
    assertThatThrownBy(
            () ->
                json(
                    "required binary x (DECIMAL(9,2));", row -> row.add("x", bytes(new int[1000]))))
        .hasMessage("column x is not a number of 1 to 1000 digits");
    assertThatThrownBy(() -> json("required int32 x (TIME(MILLIS,true));", row -> row.add("x", -1)))
        .hasMessage("column x is not a time of day");
    assertThatThrownBy(
            () -> json("required int64 x (TIME(NANOS,true));", row -> row.add("x", Long.MAX_VALUE)))
        .hasMessage("column x is not a time of day");
  }

  @Test
  void givenColumnsThatBreakTheRules_whenExamined_thenTheyAreNamed() {
    assertThat(ParquetSchemaRules.problem(schema("required int32 x; required int32 x;")))
        .contains("column x is there twice: rename or remove one of them");
    assertThat(
            ParquetSchemaRules.problem(
                schema("required group a { required int32 x; required int32 x; }")))
        .contains("column a.x is there twice: rename or remove one of them");
    String tooDeep = "column x is nested too deeply: write it as JSON text, or remove the column";
    assertThat(ParquetSchemaRules.problem(schema(nested("repeated", 128)))).contains(tooDeep);
    assertThat(ParquetSchemaRules.problem(schema(nested("repeated", 127)))).isEmpty();
    assertThat(ParquetSchemaRules.problem(schema(nested("optional", 512)))).contains(tooDeep);
    assertThat(ParquetSchemaRules.problem(schema(nested("optional", 511)))).isEmpty();
  }

  /** A column of structs within each other. */
  private static String nested(String repetition, int levels) {
    return (repetition + " group x { ").repeat(levels)
        + repetition
        + " int32 x; "
        + "} ".repeat(levels);
  }

  private static MessageType schema(String columns) {
    return MessageTypeParser.parseMessageType("message row { " + columns + " }");
  }

  private static String json(String columns, Consumer<Group> fill) {
    Group row = new SimpleGroup(schema(columns));
    fill.accept(row);
    return ParquetJson.of(schema(columns)).object(row).toString();
  }

  private static Binary bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return Binary.fromConstantByteArray(bytes.array());
  }
}
