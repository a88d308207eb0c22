package io.sluice.local.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gpuworker.gradient.Text;
import io.sluice.schemas.form.FormOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomSubsetTest {
  private static final int CANDIDATES = 50;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void candidates() throws IOException {
    file =
        Files.write(
            folder.resolve("candidates.jsonl"),
            IntStream.range(0, CANDIDATES).mapToObj(RandomSubsetTest::line).toList());
  }

  @Test
  void givenAPool_whenDrawn_thenTheSubsetHasDistinctCandidatesOfThePoolOnly() throws IOException {
    List<Text.Conversation> drawn = RandomSubset.draw(pool(CANDIDATES / 2), 10, 0);
    assertThat(drawn).hasSize(10).doesNotHaveDuplicates();
    assertThat(drawn)
        .extracting(text -> Integer.parseInt(text.messages().get(0).getContent()))
        .allSatisfy(number -> assertThat(number).isLessThan(CANDIDATES / 2));
  }

  @Test
  void givenASeed_whenDrawnTwice_thenTheSubsetsAreEqual() throws IOException {
    assertThat(RandomSubset.draw(pool(CANDIDATES), 10, 1))
        .isEqualTo(RandomSubset.draw(pool(CANDIDATES), 10, 1))
        .isNotEqualTo(RandomSubset.draw(pool(CANDIDATES), 10, 2));
  }

  @Test
  void givenAPoolSmallerThanTheSubset_whenDrawn_thenAllOfItIsDrawn() throws IOException {
    assertThat(RandomSubset.draw(pool(4), 10, 0)).hasSize(4);
  }

  private Outcome.Pool pool(int size) {
    Map<String, String> sources = new HashMap<>();
    IntStream.range(0, size).forEach(number -> sources.put("c" + number, "source"));
    return new Outcome.Pool(folder, file, FormOptions.DEFAULT, sources);
  }

  private static String line(int number) {
    return """
        {"id":"c%d","messages":[{"role":"user","content":"%d"},{"role":"assistant","content":"a"}]}"""
        .formatted(number, number);
  }
}
