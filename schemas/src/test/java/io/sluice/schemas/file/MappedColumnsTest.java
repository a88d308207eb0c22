package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.form.Form;
import io.sluice.schemas.form.FormOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedColumnsTest {
  private static final String EXAMPLE = "{\"instruction\": \"i\", \"response\": \"r\"}";

  @TempDir private Path folder;

  @Test
  void givenAColumnThatNoExampleHas_whenRequired_thenItIsNamedWithThoseThatThereAre()
      throws IOException {
    Path file = file("a.jsonl", "not JSON", EXAMPLE, "{\"id\": 1, \"response\": null}");
    assertThatThrownBy(
            () -> MappedColumns.require(columns(Map.of("output", "respons")), List.of(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "output=respons: no example has such a column; the examples have instruction,"
                + " response, id");
  }

  @Test
  void givenAColumnThatSomeExampleOfSomeFileHas_whenRequired_thenItPasses() throws IOException {
    List<Path> files =
        List.of(file("a.jsonl", EXAMPLE, EXAMPLE), file("b.jsonl", EXAMPLE, "{\"uid\": null}"));
    assertThatCode(
            () -> MappedColumns.require(columns(Map.of("output", "response", "id", "uid")), files))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> MappedColumns.require(columns(Map.of("id", "uid")), files.subList(0, 1)))
        .hasMessageStartingWith("id=uid");
  }

  @Test
  void givenATask_whenAColumnIsMapped_thenItHasNoSuchColumn() throws IOException {
    Path task = file("task.json", "{\"task\": \"t\",", "\"queries\": []}");
    assertThatThrownBy(() -> MappedColumns.require(columns(Map.of("id", "uid")), List.of(task)))
        .hasMessageContaining("id=uid: no example has such a column");
  }

  @Test
  void givenAFileWithoutExamples_whenRequired_thenItsReaderReportsThat() throws IOException {
    List<Path> files = List.of(file("empty.jsonl"), file("broken.jsonl", "{"));
    assertThatCode(() -> MappedColumns.require(columns(Map.of("id", "uid")), files))
        .doesNotThrowAnyException();
  }

  @Test
  void givenAStream_whenReadToItsEnd_thenTheColumnsAreNamedThatNoExampleHad() throws IOException {
    byte[] body = (EXAMPLE + "\n" + EXAMPLE).getBytes(StandardCharsets.UTF_8);
    FormOptions options = columns(Map.of("output", "response", "id", "uid"));
    try (CandidateFile lines =
        CandidateFile.of(new ByteArrayInputStream(body), "body", 1000, options)) {
      assertThat(lines.missingColumns()).containsExactly("id=uid", "output=response");
      lines.forEachRemaining(line -> assertThat(line).isInstanceOf(CandidateLine.Valid.class));
      assertThat(lines.missingColumns()).containsExactly("id=uid");
    }
  }

  @Test
  void givenRefusedExamples_whenRead_thenTheColumnsAreNamedThatOnesWereRefusedForLackOf()
      throws IOException {
    Map<String, String> mapped = Map.of("output", "response", "chosen", "best", "id", "uid");
    assertThat(missingOfRefused(mapped, Optional.empty(), "not JSON", "{\"messages\": 5}"))
        .as("refused for other reasons")
        .isEmpty();
    assertThat(
            missingOfRefused(
                mapped,
                Optional.empty(),
                "{\"prompt\": \"p\", \"completion\": \"c\", \"images\": [1]}"))
        .isEmpty();
    assertThat(missingOfRefused(mapped, Optional.empty(), "{\"instruction\": \"i\"}"))
        .as("no form fits")
        .containsExactly("chosen=best", "output=response");
    assertThat(missingOfRefused(mapped, Optional.of(Form.ALPACA), "{\"instruction\": \"i\"}"))
        .as("the field of the form is missing")
        .containsExactly("output=response");
    assertThat(missingOfRefused(mapped, Optional.of(Form.ALPACA), "{\"output\": \"o\"}"))
        .as("another field is missing")
        .isEmpty();
  }

  private static List<String> missingOfRefused(
      Map<String, String> mapped, Optional<Form> form, String... lines) throws IOException {
    byte[] body = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    FormOptions options = new FormOptions(form, mapped, false);
    try (CandidateFile file =
        CandidateFile.of(new ByteArrayInputStream(body), "body", 1000, options)) {
      file.forEachRemaining(line -> assertThat(line).isInstanceOf(CandidateLine.Invalid.class));
      return file.missingColumnsOfRefused();
    }
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static FormOptions columns(Map<String, String> columns) {
    return new FormOptions(Optional.empty(), columns, false);
  }
}
