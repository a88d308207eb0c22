package io.sluice.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(folder.resolve("sub/.cache"));
    Files.createDirectories(folder.resolve("empty"));
    for (String name :
        List.of(
            "b.jsonl",
            "a.json.zst",
            "sub/b.jsonl",
            "sub/c.parquet",
            "sub/.cache/d.jsonl",
            "README.md",
            "dataset_info.json")) {
      Files.writeString(folder.resolve(name), "");
    }
  }

  @Test
  void givenAFolder_whenSearched_thenItsExamplesAreFoundAndOtherFilesAreNamed() throws IOException {
    InputFiles found = InputFiles.of(List.of(folder.toString()));
    assertThat(relative(found.files()))
        .containsExactly("a.json.zst", "b.jsonl", "sub/b.jsonl", "sub/c.parquet");
    assertThat(relative(found.skipped())).containsExactly("README.md", "dataset_info.json");
    assertThat(found.idPrefix(folder.resolve("a.json.zst"))).isEqualTo("a.json.zst:");
    assertThat(found.idPrefix(folder.resolve("sub/b.jsonl")))
        .isEqualTo(folder.resolve("sub/b.jsonl") + ":");
  }

  @Test
  void givenPatternsAndFiles_whenSearched_thenEachFileIsThereOnceInTheOrderOfTheNames()
      throws IOException {
    InputFiles found =
        InputFiles.of(
            List.of(
                folder.resolve("README.md").toString(),
                folder + "/**.jsonl",
                folder + "/{a,b}.json*"));
    assertThat(relative(found.files()))
        .containsExactly("README.md", "b.jsonl", "sub/b.jsonl", "a.json.zst")
        .doesNotHaveDuplicates();
    assertThat(InputFiles.of(List.of("x")).idPrefix(Path.of("x"))).isEmpty();
  }

  @Test
  void givenNamesOfNothing_whenSearched_thenTheyAreNamed() {
    assertThatThrownBy(() -> InputFiles.of(List.of(folder + "/*.csv")))
        .hasMessageContaining("*.csv: no file matches");
    assertThatThrownBy(() -> InputFiles.of(List.of(folder + "/none/*.csv")))
        .hasMessageContaining("no file matches");
    assertThatThrownBy(() -> InputFiles.of(List.of(folder.resolve("empty").toString())))
        .hasMessageContaining("is a directory without examples");
  }

  private List<String> relative(List<Path> files) {
    return files.stream().map(file -> folder.relativize(file).toString()).toList();
  }
}
