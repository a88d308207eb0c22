package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
              assertThat(valid.line()).isEqualTo(1);
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
  }

  @Test
  void givenARejectedLineWithoutText_whenRead_thenTheReasonSaysWhatToMend() throws IOException {
    assertThat(((CandidateLine.Invalid) read(MAPPED, rejected("7", "")).get(0)).reason())
        .isEqualTo("this rejected line has no text (a reason): mend line 3 of pool.json");
  }

  @Test
  void givenAnExampleWithTheseFieldsAndOthers_whenRead_thenItIsNoRejectedLine() throws IOException {
    String other = rejected("7", EXAMPLE).replace("\"id\"", "\"prompt\": \"p\", \"id\"");
    assertThat(
            read(new FormOptions(Optional.empty(), Map.of("completion", "reason"), false), other))
        .first()
        .isInstanceOfSatisfying(
            CandidateLine.Invalid.class,
            invalid -> assertThat(invalid.reason()).startsWith("file: Sluice does not read this"));
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
