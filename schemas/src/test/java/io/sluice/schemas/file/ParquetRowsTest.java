package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows of Parquet files that pyarrow has written; see parquet/README.txt. */
class ParquetRowsTest {
  private static final Path FILES = Path.of("src/test/resources/parquet");

  @Test
  void givenColumnsOfEveryType_whenRead_thenTheirValuesAreThoseThatWereWritten()
      throws IOException {
    List<JsonNode> expected = new ArrayList<>();
    new ObjectMapper().readTree(FILES.resolve("types.json").toFile()).forEach(expected::add);
    // As texts, since 1.50 and 1.5 are equal as nodes.
    assertThat(read("types.parquet", Integer.MAX_VALUE))
        .extracting(item -> item.object().toString())
        .containsExactlyElementsOf(expected.stream().map(JsonNode::textValue).toList());
  }

  @Test
  void givenTimestampsOfTheOlderType_whenRead_thenTheyAreTextWithoutATimeZone() throws IOException {
    assertThat(read("int96.parquet", Integer.MAX_VALUE))
        .extracting(item -> item.object().toString())
        .containsExactly(
            "{\"utc\":\"2020-01-02T00:00:00\",\"local\":\"2020-01-02T00:00:00\"}",
            "{\"utc\":\"1969-12-31T23:59:59.999999\",\"local\":\"1969-12-31T23:59:59.999999\"}");
  }

  @Test
  void givenARowGroupWithoutRows_whenRead_thenTheRowsOfTheOthersAreNumberedOn() throws IOException {
    assertThat(read("empty-row-group.parquet", Integer.MAX_VALUE))
        .extracting(JsonItem::place, item -> item.object().path("prompt").textValue())
        .containsExactly(tuple(Place.row(1), "q1"), tuple(Place.row(2), "q2"));
    assertThat(read("no-rows.parquet", Integer.MAX_VALUE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "same-names.parquet, column completion is there twice: rename or remove one of them",
    "nested-lists.parquet, 'column deep is nested too deeply: write it as JSON text, or remove the column'"
  })
  void givenColumnsThatCannotBeRead_whenRead_thenEachRowIsRefusedWithTheirName(
      String file, String reason) throws IOException {
    assertThat(read(file, Integer.MAX_VALUE))
        .containsExactly(
            new JsonItem.Unreadable(Place.row(1), reason),
            new JsonItem.Unreadable(Place.row(2), reason));
  }

  @Test
  void givenALimit_whenRead_thenLongerRowsAreRefusedAsLinesAre() throws IOException {
    int length =
        read("empty-row-group.parquet", Integer.MAX_VALUE).get(0).object().toString().length();
    assertThat(read("empty-row-group.parquet", length)).allMatch(JsonItem.Row.class::isInstance);
    String reason = "longer than " + (length - 1) + " bytes";
    assertThat(read("empty-row-group.parquet", length - 1))
        .containsExactly(
            new JsonItem.Unreadable(Place.row(1), reason),
            new JsonItem.Unreadable(Place.row(2), reason));
  }

  @Test
  void givenCharactersOfEveryLength_whenMeasured_thenTheLengthIsThatOfTheirUtf8() {
    for (String text : List.of("a", "\u00e9", "\u20ac", "\ud83d\ude00", "\"\n")) {
      JsonNode value = new ObjectMapper().createArrayNode().add(text);
      assertThat(JsonLength.inBytes(value))
          .isEqualTo(value.toString().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  private static List<JsonItem> read(String file, int maxBytes) throws IOException {
    List<JsonItem> read = new ArrayList<>();
    try (JsonItems items = JsonItems.open(FILES.resolve(file), maxBytes)) {
      items.forEachRemaining(read::add);
    }
    return read;
  }
}
