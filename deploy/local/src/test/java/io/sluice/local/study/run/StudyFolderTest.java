package io.sluice.local.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyFolderTest {
  @TempDir private Path temporary;

  @Test
  void givenTheSameInputs_whenOpenedAgain_thenAcceptedAlsoWithMoreOfThem() throws IOException {
    Path out = temporary.resolve("study");
    open(out, Map.of("model", "m", "task a", "1"));

    open(out, Map.of("model", "m", "task b", "2"));
    open(out, Map.of("model", "m", "task a", "1"));

    assertThat(out.resolve("manifest.json"))
        .content()
        .contains("\"task a\" : \"1\"", "\"task b\" : \"2\"");
  }

  @Test
  void givenOtherInputs_whenOpened_thenEachIsNamedAndTheManifestStays() throws IOException {
    Path out = temporary.resolve("study");
    open(out, Map.of("model", "m", "candidates", "c", "training", "t"));
    String before = Files.readString(out.resolve("manifest.json"));

    assertThatIOException()
        .isThrownBy(() -> open(out, Map.of("model", "m", "candidates", "d", "training", "u")))
        .withMessageContaining("holds a study of other inputs")
        .withMessageContaining("candidates")
        .withMessageContaining("training")
        .withMessageNotContaining("model");
    assertThat(Files.readString(out.resolve("manifest.json"))).isEqualTo(before);
  }

  @Test
  void givenAFolderOfOtherFiles_whenOpened_thenRefused() throws IOException {
    Files.writeString(temporary.resolve("notes.txt"), "mine");

    assertThatIOException()
        .isThrownBy(() -> StudyFolder.open(temporary))
        .withMessageContaining("no study");
  }

  @Test
  void givenAFolderThatIsInUse_whenOpened_thenRefusedUntilItIsFree() throws IOException {
    Path out = temporary.resolve("study");
    try (StudyFolder running = StudyFolder.open(out)) {
      assertThat(running.part("losses")).isDirectory();
      assertThatIOException()
          .isThrownBy(() -> StudyFolder.open(out))
          .withMessageContaining("another study runs");
    }
    StudyFolder.open(out).close();
  }

  private static void open(Path out, Map<String, String> inputs) throws IOException {
    try (StudyFolder folder = StudyFolder.open(out)) {
      folder.require(inputs);
    }
  }
}
