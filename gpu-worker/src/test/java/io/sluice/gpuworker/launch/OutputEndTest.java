package io.sluice.gpuworker.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputEndTest {
  @TempDir private Path folder;
  private Path file;
  private OutputEnd end;

  @BeforeEach
  void setUp() {
    file = folder.resolve("train.log");
    end =
        new OutputEnd(
            file, Secrets.of(Map.of("WANDB_API_KEY", "0123456789abcdef", "HOME", "/home/trainer")));
  }

  @Test
  void givenAFileThatGrows_whenAskedAgain_thenThereAreLinesOnlyWhenItHasChanged()
      throws IOException {
    assertThat(end.changed()).as("there is no file yet").isEmpty();
    write("one\n");
    assertThat(end.changed()).contains("one");
    assertThat(end.changed()).isEmpty();
    write("two\n");
    assertThat(end.changed()).contains("one\ntwo");
  }

  @Test
  void givenManyLines_whenRead_thenTheLastOnesAreWhole() throws IOException {
    write(
        IntStream.range(0, 5000)
            .mapToObj("line %d with some words"::formatted)
            .collect(Collectors.joining("\n")));

    assertThat(end.lines().split("\n"))
        .hasSize(40)
        .startsWith("line 4960 with some words")
        .endsWith("line 4999 with some words");
  }

  @Test
  void givenLongLines_whenRead_thenTheyAreCutAndFewerAreShown() throws IOException {
    write(("x".repeat(2000) + "\n").repeat(30));

    assertThat(end.lines().length()).isBetween(3000, 4000);
    assertThat(end.lines().lines()).allMatch(line -> line.equals("x".repeat(500) + "..."));
  }

  @Test
  void givenAProgressBar_whenRead_thenItsLastStateIsShownWithoutControlCharacters()
      throws IOException {
    write(
        "start\n"
            + "\r 10%|#         |".repeat(3000)
            + "\r\u001B[32m 20%|##        |\u001B[0m\u0007\n");

    assertThat(end.lines()).endsWith(" 20%|##        |?").doesNotContain("10%");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '~',
      value = {
        "login with 0123456789abcdef done ~ login with [removed] done",
        "export HF_TOKEN=abc123 now ~ export HF_TOKEN=[removed] now",
        "{\"api_key\": \"abc\", \"lr\": 1} ~ {\"api_key\": \"[removed]\", \"lr\": 1}",
        "Authorization: Bearer abcdef.ghijkl ~ Authorization: Bearer [removed]",
        "git clone https://me:pass@host/repo ~ git clone https://me:[removed]@host/repo",
        "key hf_abcdefghijklmnopqrst used ~ key [removed] used",
        "tokens: 512 tokenizer: fast loss=2.5 ~ tokens: 512 tokenizer: fast loss=2.5",
        "saved to /home/trainer/out ~ saved to /home/trainer/out",
      })
  void givenSecrets_whenRead_thenTheyAreRemovedAndNothingElse(String written, String shown)
      throws IOException {
    write(written + "\n");

    assertThat(end.lines()).isEqualTo(shown);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
