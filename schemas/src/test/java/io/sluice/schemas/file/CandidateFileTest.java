package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.atIndex;

import io.sluice.schemas.form.Form;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandidateFileTest {
  private static final String GOOD =
      "{\"id\":\"a\",\"source\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
          + "{\"role\":\"assistant\",\"content\":\"Hello\"}]}";
  private static final String WITHOUT_ID =
      "{\"messages\":[{\"role\":\"assistant\",\"content\":\"Hello\"}],\"extra\":{\"x\":1}}";

  @TempDir Path dir;

  @Test
  void givenAGoodLine_whenRead_thenTheCandidateHasAllFields() throws IOException {
    assertThat(read(GOOD + "\n"))
        .containsExactly(
            new CandidateLine.Valid(
                Place.line(1),
                Candidates.of(
                    "a",
                    "s",
                    List.of(Messages.of("user", "Hi"), Messages.of("assistant", "Hello"))),
                Form.MESSAGES,
                Collections.emptySortedMap()));
  }

  @Test
  void givenBlankLinesAndNoIds_whenRead_thenIdsAreTheLineNumbersInTheFile() throws IOException {
    assertThat(read("\n  \r\n" + WITHOUT_ID + "\r\n\n" + WITHOUT_ID))
        .extracting(line -> ((CandidateLine.Valid) line).candidate().getId())
        .containsExactly("3", "5");
  }

  @Test
  void givenANumericId_whenRead_thenItIsKeptDigitByDigit() throws IOException {
    String line = GOOD.replace("\"a\"", "12345678901234567890");
    assertThat(((CandidateLine.Valid) read(line).get(0)).candidate().getId())
        .isEqualTo("12345678901234567890");
  }

  @Test
  void givenAByteOrderMark_whenRead_thenTheFirstLineIsValid() throws IOException {
    assertThat(read("\uFEFF" + GOOD)).singleElement().isInstanceOf(CandidateLine.Valid.class);
  }

  @Test
  void givenAGzipFileWithAPlainName_whenRead_thenItsLinesAreRead() throws IOException {
    Path file = dir.resolve("plain.jsonl");
    Files.write(file, gzip(GOOD + "\n" + WITHOUT_ID));
    assertThat(read(file)).isEqualTo(read(GOOD + "\n" + WITHOUT_ID));
  }

  @Test
  void givenATruncatedGzipFile_whenRead_thenTheErrorNamesTheFile() throws IOException {
    Path file = dir.resolve("cut.jsonl.gz");
    byte[] whole = gzip(GOOD + "\n");
    Files.write(file, Arrays.copyOf(whole, whole.length - 12));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut.jsonl.gz cannot be read to its end: gzip member 1 is cut off");
  }

  @Test
  void givenAGzipFileTruncatedInItsHeader_whenOpened_thenTheErrorSaysSo() throws IOException {
    Path file = dir.resolve("cut.jsonl.gz");
    Files.write(file, Arrays.copyOf(gzip(GOOD), 5));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut.jsonl.gz is truncated");
  }

  @Test
  void givenJsonBeyondTheLimits_whenRead_thenTheLinesAreInvalidAndTheNextOneIsRead()
      throws IOException {
    String number = GOOD.replace("\"a\"", "9".repeat(3000));
    String deepArray = "[".repeat(5000);
    String deepObject = "{\"a\":".repeat(3000);
    assertThat(read(String.join("\n", GOOD, deepArray, deepObject, number, GOOD)))
        .hasSize(5)
        .satisfies(line -> assertThat(line).isInstanceOf(CandidateLine.Valid.class), atIndex(4))
        .filteredOn(CandidateLine.Invalid.class::isInstance)
        .extracting(line -> ((CandidateLine.Invalid) line).reason())
        .hasSize(3)
        .allMatch(reason -> reason.startsWith("JSON beyond the limits"));
  }

  @Test
  void givenHalfASurrogatePairInTheSource_whenRead_thenTheLineIsInvalid() throws IOException {
    assertThat(read(GOOD.replace("\"s\"", "\"\\ud800\"")))
        .extracting(line -> ((CandidateLine.Invalid) line).reason())
        .containsExactly("source contains half a surrogate pair, which is not a character");
  }

  @Test
  void givenAnEmptyFile_whenRead_thenThereAreNoLines() throws IOException {
    assertThat(read("")).isEmpty();
  }

  @Test
  void givenAMissingFileOrADirectory_whenOpened_thenTheErrorSaysSo() {
    assertThatThrownBy(() -> CandidateFile.open(dir.resolve("none.jsonl")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.jsonl: there is no such file");
    assertThatThrownBy(() -> CandidateFile.open(dir))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a directory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"id":"a","messages":[                                | not JSON: it ends too early
          {"id":"a" "messages":[]}                              | not JSON: something is wrong at column 11
          {"id":"a"} {"id":"b"}                                 | not JSON: something is wrong
          {"id":"a","id":"b"}                                   | a field is given twice
          [1,2]                                                 | not a JSON object
          {"id":"a"}                                            | messages is missing
          {"messages":null}                                     | messages is missing
          {"messages":"Hi"}                                     | messages is not a list
          {"messages":[]}                                       | messages is empty
          {"messages":["Hi"]}                                   | message 1 is not an object
          {"messages":[{"role":"user"}]}                        | message 1 has no content
          {"messages":[{"content":"x"}]}                        | message 1 has no role
          {"messages":[{"role":"user","content":[1]}]}          | message 1: content is not a text
          {"messages":[{"role":"robot","content":"x"}]}         | unknown role 'robot': use system, user, assistant or tool
          {"messages":[{"role":"user","content":"x"}]}          | no assistant turn has content
          {"messages":[{"role":"assistant","content":" "}]}     | no assistant turn has content
          {"id":1.5,"messages":[]}                              | id is neither a text nor a whole number
          {"id":"","messages":[]}                               | id has 0 characters
          {"id":"a\\tb","messages":[]}                           | id has control characters
          {"source":1,"messages":[]}                            | source is not a text
          {"messages":[{"role":"assistant","content":"\\ud800"}]} | half a surrogate pair
          """)
  void givenABadLine_whenRead_thenItIsInvalidWithItsReasonAndTheNextLineIsRead(
      String line, String reason) throws IOException {
    List<CandidateLine> lines = read(GOOD + "\n" + line + "\n" + GOOD);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1))
        .isInstanceOfSatisfying(
            CandidateLine.Invalid.class,
            invalid -> {
              assertThat(invalid.place()).isEqualTo(Place.line(2));
              assertThat(invalid.reason())
                  .contains(reason)
                  .doesNotContainIgnoringCase("jackson")
                  .doesNotContain("Source:");
            });
    assertThat(lines.get(2)).isInstanceOf(CandidateLine.Valid.class);
  }

  @Test
  void givenALineThatIsNotUtf8_whenRead_thenItIsInvalidAndTheNextLineIsRead() throws IOException {
    Path file = dir.resolve("latin1.jsonl");
    Files.write(
        file, (GOOD.replace("Hi", "Zoë") + "\n" + GOOD).getBytes(StandardCharsets.ISO_8859_1));
    assertThat(read(file))
        .satisfiesExactly(
            first ->
                assertThat(((CandidateLine.Invalid) first).reason()).contains("not UTF-8 text"),
            second -> assertThat(second).isInstanceOf(CandidateLine.Valid.class));
  }

  @Test
  void givenALineThatIsTooLong_whenRead_thenItIsInvalidAndTheNextLineIsRead() throws IOException {
    String longest = "x".repeat(CandidateFile.MAX_LINE_BYTES);
    assertThat(read(longest + "y\n" + longest + "\n" + GOOD))
        .satisfiesExactly(
            first -> assertThat(((CandidateLine.Invalid) first).reason()).contains("longer than"),
            second -> assertThat(((CandidateLine.Invalid) second).reason()).contains("not JSON"),
            third -> assertThat(third.place()).isEqualTo(Place.line(3)));
  }

  @Property(tries = 300)
  void givenAnyBytes_whenRead_thenEveryLineIsValidOrInvalidOrTheFileIsRefused(@ForAll byte[] bytes)
      throws IOException {
    Path file = Files.createTempFile("candidates", ".jsonl");
    try {
      byte[] readable = bytes.clone();
      if (readable.length > 0) {
        readable[0] = '{';
      }
      Files.write(file, readable);
      assertThat(read(file)).allSatisfy(line -> assertThat(line.place().number()).isPositive());
    } catch (IOException | UncheckedIOException e) {
      assertThat(e).hasMessageContaining(file.toString());
    } finally {
      Files.delete(file);
    }
  }

  private List<CandidateLine> read(String content) throws IOException {
    return read(Files.writeString(dir.resolve("in.jsonl"), content));
  }

  private static List<CandidateLine> read(Path file) throws IOException {
    List<CandidateLine> lines = new ArrayList<>();
    try (CandidateFile candidates = CandidateFile.open(file)) {
      candidates.forEachRemaining(lines::add);
    }
    return lines;
  }

  private static byte[] gzip(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
