package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.file.ExampleLine.Invalid;
import io.sluice.schemas.file.ExampleLine.OfCandidate;
import io.sluice.schemas.file.ExampleLine.OfQuery;
import io.sluice.schemas.file.ExampleLine.OfText;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleFileTest {
  private static final String TURNS =
      "\"messages\": [{\"role\": \"user\", \"content\": \"a\"},"
          + " {\"role\": \"assistant\", \"content\": \"b\"}]";
  private static final String CANDIDATE = "{\"id\": \"c1\", " + TURNS + "}";
  private static final String FORMATTED = "{\"prompts\": \"p\", \"labels\": \"l\"}";
  private static final String TASK =
      "{\"task\": \"t\", \"queries\": [{\"id\": \"q1\", " + TURNS + "}, {" + TURNS + "}]}";

  @TempDir private Path folder;

  @Test
  void givenLinesOfEveryForm_whenRead_thenEachIsRecognised() throws IOException {
    List<ExampleLine> lines = read(FORMATTED, "", CANDIDATE, TASK, "{not json", "{\"labels\": 3}");

    assertThat(lines).hasSize(6);
    assertThat(lines.get(0)).isEqualTo(new OfText(Place.line(1), "p", "l"));
    assertThat(lines.get(1))
        .isInstanceOfSatisfying(
            OfCandidate.class, of -> assertThat(of.candidate().getId()).isEqualTo("c1"));
    assertThat(lines.get(2))
        .isInstanceOfSatisfying(
            OfQuery.class, of -> assertThat(of.query().getId()).isEqualTo("q1"));
    assertThat(lines.get(3)).isInstanceOf(OfQuery.class);
    assertThat(lines.get(4)).isInstanceOf(Invalid.class).returns(Place.line(5), ExampleLine::place);
    assertThat(lines.get(5))
        .isEqualTo(new Invalid(Place.line(6), "prompts and labels must both be given, as texts"));
  }

  @Test
  void givenATaskThatSpansSeveralLines_whenRead_thenItsQueriesAreTheExamples() throws IOException {
    assertThat(read(TASK.replace(", ", ",\n"))).hasSize(2).hasOnlyElementsOfType(OfQuery.class);
    assertThatThrownBy(() -> read(TASK.replace(", ", ",\n").replace("\"t\"", "5")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("examples: task is not a text");
  }

  @Test
  void givenAGzipFile_whenRead_thenItsLinesAreRead() throws IOException {
    Path file = folder.resolve("examples.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((CANDIDATE + "\n" + FORMATTED).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(ExampleFile.read(file)).hasSize(2).doesNotHaveAnyElementsOfTypes(Invalid.class);
  }

  @Test
  void givenACandidateThatBreaksTheRules_whenRead_thenTheReasonIsReportedAndReadingContinues()
      throws IOException {
    List<ExampleLine> lines = read("{\"id\": 1, \"messages\": []}", CANDIDATE);
    assertThat(lines.get(0))
        .isInstanceOfSatisfying(
            Invalid.class, of -> assertThat(of.reason()).contains("messages is empty"));
    assertThat(lines.get(1)).isInstanceOf(OfCandidate.class);
  }

  @Test
  void givenAFormattedTextOrQueries_whenTheirFieldsAreMapped_thenTheyAreReadAsThoseFields()
      throws IOException {
    Path file =
        Files.write(
            folder.resolve("mapped"),
            List.of(FORMATTED, "{\"queries\": \"q\", \"labels\": \"l\"}"));

    FormOptions prompts =
        new FormOptions(
            Optional.empty(), Map.of("prompt", "prompts", "completion", "labels"), false);
    assertThat(ExampleFile.read(file, prompts).get(0)).isInstanceOf(OfCandidate.class);
    FormOptions queries =
        new FormOptions(
            Optional.empty(), Map.of("prompt", "queries", "completion", "labels"), false);
    assertThat(ExampleFile.read(file, queries).get(1)).isInstanceOf(OfCandidate.class);
  }

  @Test
  void givenNoFile_whenRead_thenTheMessageNamesIt() {
    assertThatThrownBy(() -> ExampleFile.read(folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none: there is no such file");
  }

  private List<ExampleLine> read(String... lines) throws IOException {
    return ExampleFile.read(Files.write(folder.resolve("examples"), List.of(lines)));
  }
}
