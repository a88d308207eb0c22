package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of JSON input: lines, arrays, what is refused, and what is recognised as cut off. */
class JsonItemsTest {
  private static final int MAX = 1000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"a\": 1},{\"b\": [2]}]",
        "[\n  {\n    \"a\": 1\n  },\n  {\"b\": [2]}\n]\n",
        "  \r\n[\r\n{\"a\": 1},\r\n{\"b\": [2]}]\r\n\r\n",
        "\uFEFF[{\"a\": 1},{\"b\": [2]}]"
      })
  void givenAnArray_whenRead_thenItsElementsAreTheItems(String json) throws IOException {
    assertThat(read(json))
        .extracting(item -> ((JsonItem.Text) item).text().replaceAll("\\s", ""))
        .containsExactly("{\"a\":1}", "{\"b\":[2]}");
  }

  @Test
  void givenAnArray_whenRead_thenItemsHaveTheirLineAndTheirNumber() throws IOException {
    assertThat(read("[\n{\"a\":\n1},\n{}]"))
        .extracting(JsonItem::place)
        .containsExactly(Place.element(1, 2), Place.element(2, 4));
  }

  @Test
  void givenAnArrayAfterLongWhiteSpace_whenRead_thenItIsAnArrayWithItsLines() throws IOException {
    assertThat(read("\n".repeat(700) + " ".repeat(100_000) + "[{},\n{}]"))
        .extracting(JsonItem::place)
        .containsExactly(Place.element(1, 701), Place.element(2, 702));
    assertThat(read("\uFEFF" + " \r\n".repeat(700) + "{}\n[1]"))
        .extracting(JsonItem::place)
        .containsExactly(Place.line(701), Place.line(702));
  }

  @Test
  void givenLinesThatEndWithACarriageReturnAlone_whenRead_thenTheReasonSaysSo() throws IOException {
    assertThatThrownBy(() -> read("{\"a\":1}\r{\"b\":1}\r").get(0).object())
        .hasMessageContaining("carriage returns without line feeds")
        .hasMessageContaining("tr '\\r' '\\n' < FILE");
    assertThatThrownBy(() -> read("{\"a\":1,\r\"b\":1\r}".repeat(MAX)).get(0).object())
        .hasMessageContaining("longer than 1000 bytes; it has carriage returns");
    assertThatThrownBy(() -> read("{\"a\":1} x\r\n").get(0).object())
        .hasMessageNotContaining("carriage");
    assertThatThrownBy(() -> read("1".repeat(MAX + 1) + "\r\n").get(0).object())
        .hasMessage("longer than 1000 bytes");
  }

  @Test
  void givenBracketsAndEscapesInStrings_whenSplit_thenTheyDoNotEndAnElement() throws IOException {
    assertThat(read("[{\"a\": \"]},[\\\" \\\\\"}, \"[\"]")).hasSize(2);
  }

  @Property(tries = 200)
  void givenAnyStrings_whenWrittenAsAnArray_thenTheyAreSplitAsWritten(
      @ForAll @Size(max = 8)
          List<@AlphaChars @Chars({'"', '\\', '[', ']', '{', '}', ',', '\n', 'é'}) String> strings)
      throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> read = new ArrayList<>();
    for (JsonItem item : read(json.writeValueAsString(strings))) {
      read.add(json.readValue(((JsonItem.Text) item).text(), String.class));
    }
    assertThat(read).isEqualTo(strings);
  }

  @Test
  void givenNoElements_whenRead_thenThereAreNoItems() throws IOException {
    assertThat(read("[]")).isEmpty();
    assertThat(read("[ \n ] \n")).isEmpty();
    assertThat(read("")).isEmpty();
    assertThat(read("\uFEFF \n\n")).isEmpty();
  }

  @Test
  void givenAnElementThatIsMissingOrTooLong_whenRead_thenItIsUnreadableAndTheNextIsRead()
      throws IOException {
    assertThat(read("[{},,{}," + "1".repeat(MAX + 1) + ",{},]"))
        .filteredOn(JsonItem.Unreadable.class::isInstance)
        .extracting(item -> item.place() + ": " + ((JsonItem.Unreadable) item).reason())
        .containsExactly(
            "element 2: there is no value: remove a comma",
            "element 4: longer than 1000 bytes",
            "element 6: there is no value: remove a comma");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [{"a":1},{"b":2}            | the JSON array ends within or after element 2
          [{"a":1},                   | the JSON array ends within or after element 2
          [{"a":1},{"b":"x]           | the JSON array ends within or after element 2
          [                           | the JSON array ends within or after element 1
          [{"a":1}] {"b":2}           | more text follows on line 1, after the end
          [{"a":1}][{"b":2}]          | more text follows on line 1, after the end
          {"a":1}~{"b":           | line 2, the last one, is cut off
          {"a":1}~{"b":"x         | line 2, the last one, is cut off
          {"a":1                      | line 1, the last one, is cut off
          """)
  void givenAnInputThatStopsEarlyOrGoesOn_whenRead_thenItIsAnError(String json, String reason) {
    assertThatThrownBy(() -> read(json.replace('~', '\n')))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("the test cannot be read to its end: " + reason);
  }

  @Test
  void givenALastLineCutWithinACharacter_whenRead_thenItIsCutOff() {
    byte[] whole = "{\"a\":1}\n{\"b\": \"é".getBytes(StandardCharsets.UTF_8);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertThatThrownBy(() -> read(cut)).hasMessageContaining("line 2, the last one, is cut off");
  }

  @Test
  void givenAnOpenLineBeforeTheEnd_whenRead_thenItIsAnItemLikeTheOthers() throws IOException {
    assertThat(read("{\"a\":\n{\"b\":1}\n{\"c\":[\n{\"d\":1}")).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\n  \"a\": 1\n}\n",
        "{\"a\": [\n{\"b\": 1},\n{}]}",
        "{\n}\n{\n}\n",
        "\n{\n\n\"a\""
      })
  void givenObjectsOverSeveralLines_whenRead_thenOneMessageSaysSo(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(SeveralLinesException.class)
        .hasMessageContaining("the test begins with a JSON object that spans several lines");
  }

  @ParameterizedTest
  @CsvSource({
    "504152311500, a Parquet file that is cut off",
    "504b03041400, a zip archive",
    "fd377a585a00, compressed with xz",
    "425a68393141, compressed with bzip2",
    "04224d186440, compressed with lz4",
    "377abcaf271c, a 7z archive",
    "4152524f5731, an Arrow file",
    "934e554d5059, a NumPy file"
  })
  void givenAFileOfAnotherForm_whenOpened_thenItIsRefusedByName(String hex, String name) {
    assertThatThrownBy(() -> read(HexFormat.of().parseHex(hex)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the test is " + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE"})
  void givenUtf16_whenOpened_thenItIsRefusedByName(String charset) {
    assertThatThrownBy(() -> read("{\"a\": 1}".getBytes(Charset.forName(charset))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("UTF-16");
  }

  @Test
  void givenATarArchive_whenOpened_thenItIsRefusedByName() {
    byte[] archive = new byte[512];
    archive[0] = 'p';
    archive[1] = 'q';
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, archive, 257, 5);
    assertThatThrownBy(() -> read(archive)).hasMessageContaining("a tar archive");
  }

  private static List<JsonItem> read(String json) throws IOException {
    return read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static List<JsonItem> read(byte[] bytes) throws IOException {
    List<JsonItem> read = new ArrayList<>();
    try (JsonItems items = JsonItems.of("the test", new ByteArrayInputStream(bytes), MAX)) {
      items.forEachRemaining(read::add);
    }
    return read;
  }
}
