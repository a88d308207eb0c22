package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RejectedLineTest {
  private static final String EXAMPLE = "{\"prompt\": \"p\", \"answer\": \"a\\nb\"}";
  private static final FormOptions MAPPED =
      new FormOptions(Optional.empty(), Map.of("completion", "answer"), false);

  @TempDir private Path folder;

  @Test
  void givenARejectedLine_whenReadWithOtherOptions_thenItIsItsExampleUnderItsId()
      throws IOException {
    List<CandidateLine> lines = read(MAPPED, rejected("pool.json:7", EXAMPLE));
    assertThat(lines.get(0))
        .isInstanceOfSatisfying(
            CandidateLine.Valid.class,
            valid -> {
              assertThat(valid.place()).isEqualTo(Place.line(1));
              assertThat(valid.candidate().getId()).isEqualTo("pool.json:7");
              assertThat(valid.candidate().getMessages().get(1).getContent()).isEqualTo("a\nb");
            });
    assertThat(read(MAPPED, rejected("7", EXAMPLE.replace("{", "{\"id\": \"own\", "))))
        .extracting(line -> ((CandidateLine.Valid) line).candidate().getId())
        .containsExactly("own");
  }

  @Test
  void givenARejectedLine_whenItsExampleCannotBeUsed_thenItIsRejectedAsItWas() throws IOException {
    CandidateLine.Invalid invalid =
        (CandidateLine.Invalid) read(FormOptions.DEFAULT, rejected("7", EXAMPLE)).get(0);
    assertThat(invalid.id()).isEqualTo("7");
    assertThat(invalid.text()).isEqualTo(EXAMPLE);
    assertThat(invalid.reason()).contains("--field completion=answer");
    assertThat(invalid.origin())
        .as("the file and the line that it had first")
        .contains(new CandidateLine.Origin("pool.json", Place.line(3)));
  }

  @Test
  void givenARejectedLineWithoutText_whenRead_thenTheReasonSaysWhatToMend() throws IOException {
    assertThat(((CandidateLine.Invalid) read(MAPPED, rejected("7", "")).get(0)).reason())
        .isEqualTo("this rejected line has no text (a reason): mend line 3 of pool.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          types.parquet | 2 | row 2: column x is binary  | row 2
          pool.json     | 9 | element 4: not UTF-8 text  | element 4
          pool.jsonl    | 9 | not UTF-8 text             | line 9
          pool.jsonl    | 9 | row 0123456789012345678: x | line 9
          """)
  void givenARejectedLineOfAnyFile_whenRejectedAgain_thenItKeepsItsPlace(
      String file, long line, String reason, String place) throws IOException {
    String json = new RejectedLine(file, line, "7", reason, "").toJson();
    CandidateLine.Invalid invalid = (CandidateLine.Invalid) read(MAPPED, json).get(0);
    assertThat(invalid.reason())
        .isEqualTo(
            "this rejected line has no text (" + reason + "): mend " + place + " of " + file);
    assertThat(invalid.description()).startsWith("line 1: this rejected line");
    assertThat(invalid.origin())
        .hasValueSatisfying(
            origin -> {
              assertThat(origin.place()).hasToString(place);
              assertThat(origin.place().line()).isEqualTo(line);
            });
  }

  @Test
  void givenHalfSurrogatesAnywhere_whenWritten_thenTheyAreEscapesAndReadBackAsTheyWere()
      throws IOException {
    RejectedLine rejected =
        new RejectedLine("f\udc00", 3, "\ud800", "a\ud800\ud83d\ude00", "{\"x\":\"\ud800é\"}");
    String json = rejected.toJson();
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(json)).isTrue();
    assertThat(json).contains("f\\udc00", "\\ud800\ud83d\ude00", "\\ud800é");
    assertThat(RejectedLine.parse(json)).contains(rejected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\": TEXT, \"line\": 3, \"reason\": \"r\", \"id\": \"7\", \"file\": \"pool.json\"}",
        "\n\uFEFF{\"file\": \"pool.json\", \"line\": 3, \"id\": \"7\", \"reason\": \"r\", \"text\": TEXT}",
      })
  void givenARejectedLineInAnotherOrder_whenRead_thenItIsItsExample(String line)
      throws IOException {
    String text = EXAMPLE.replace("\\", "\\\\").replace("\"", "\\\"");
    assertThat(read(MAPPED, line.replace("TEXT", "\"" + text + "\"")))
        .extracting(read -> ((CandidateLine.Valid) read).candidate().getId())
        .containsExactly("7");
  }

  @Test
  void givenARejectedLineWithinARejectedLine_whenRead_thenItIsTheExampleOfTheInnerOne()
      throws IOException {
    String inner = new RejectedLine("pool.json", 3, "", "a reason", EXAMPLE).toJson();
    String outer = new RejectedLine("rejects.jsonl", 9, "9", "none", inner).toJson();
    assertThat(read(MAPPED, outer))
        .extracting(read -> ((CandidateLine.Valid) read).candidate().getId())
        .containsExactly("9");
    assertThat(((CandidateLine.Invalid) read(FormOptions.DEFAULT, outer).get(0)).origin())
        .contains(new CandidateLine.Origin("pool.json", Place.line(3)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"file":"f","line":1,"id":"1","reason":"r","text":"{}","note":"mended"} | 'note' is a further field
          {"file":"f","line":1,"id":7,"reason":"r","text":"{}"}                   | id is not a text
          {"file":"f","line":1e30,"id":"1","reason":"r","text":"{}"}              | line is not the number of a line
          {"file":"f","line":9223372036854775808,"id":"1","reason":"r","text":"{}"} | line is not the number of a line
          {"file":"f","reason":"r","text":"{}"}                                   | line is missing, id is missing
          {"file":"f","line":1,"id":"1","reason":"r","text":"{}","prompt":"p","completion":"c"} | 'prompt' is a further field, 'completion' is a further field
          """)
  void givenWhatOnlyLooksLikeARejectedLine_whenRefused_thenTheReasonSaysWhatItLacks(
      String line, String problem) throws IOException {
    assertThat(((CandidateLine.Invalid) read(FormOptions.DEFAULT, line).get(0)).reason())
        .isEqualTo(
            "it looks like a rejected line and is none ("
                + problem
                + "): a rejected line has exactly the fields file, line, id, reason and text, as"
                + " --reject writes them");
    Path file = Files.writeString(folder.resolve("r.jsonl"), line);
    assertThat(((ExampleLine.Invalid) ExampleFile.read(file).get(0)).reason())
        .startsWith("it looks like a rejected line");
  }

  @Test
  void givenAnExampleWithSuchColumns_whenItCanBeRead_thenItIsAnExample() throws IOException {
    FormOptions review =
        new FormOptions(
            Optional.empty(),
            Map.of("source", "file", "prompt", "text", "completion", "reason"),
            false);
    assertThat(read(review, "{\"file\":\"a.py\",\"line\":3,\"text\":\"x\",\"reason\":\"y\"}"))
        .extracting(read -> ((CandidateLine.Valid) read).candidate().getSource())
        .containsExactly("a.py");
  }

  @Test
  void givenARejectedLine_whenReadAsAnExampleOfACommand_thenLikewise() throws IOException {
    Path file = Files.writeString(folder.resolve("r.jsonl"), rejected("7", EXAMPLE));
    assertThat(ExampleFile.read(file, MAPPED))
        .first()
        .isInstanceOfSatisfying(
            ExampleLine.OfCandidate.class,
            example -> assertThat(example.candidate().getId()).isEqualTo("7"));
  }

  private static String rejected(String id, String text) {
    return new RejectedLine("pool.json", 3, id, "a reason", text).toJson();
  }

  private List<CandidateLine> read(FormOptions options, String line) throws IOException {
    Path file = Files.writeString(folder.resolve("rejects.jsonl"), line);
    List<CandidateLine> lines = new ArrayList<>();
    try (CandidateFile candidates = CandidateFile.open(file, options, "")) {
      candidates.forEachRemaining(lines::add);
    }
    return lines;
  }
}
