package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelTest {
  private static final long SEED = 7;

  @TempDir Path dir;

  @Test
  void givenOneSeed_whenWrittenTwice_thenTheFilesAreEqual() throws IOException {
    Path one = dir.resolve("one");
    BundledModel.untrained(one, SEED);
    BundledModel.untrained(dir.resolve("two"), SEED);
    List<Path> files = files(one);
    assertThat(files).hasSize(4 + 2 * 4);
    for (Path file : files) {
      assertThat(dir.resolve("two").resolve(one.relativize(file))).hasSameBinaryContentAs(file);
    }
  }

  @Test
  void givenAnotherSeed_whenWritten_thenOnlyTheWeightsDiffer() throws IOException {
    Path one = BundledModel.untrained(dir.resolve("one"), SEED).base();
    Path two = BundledModel.untrained(dir.resolve("two"), SEED + 1).base();
    assertThat(Files.mismatch(one.resolve("config.json"), two.resolve("config.json")))
        .isEqualTo(-1);
    assertThat(Files.mismatch(one.resolve("model.safetensors"), two.resolve("model.safetensors")))
        .isPositive();
  }

  @Test
  void givenTheTokenizer_whenRead_thenItsVocabularyHasTheSizeThatTheModelStates()
      throws IOException {
    WrittenModel model = BundledModel.untrained(dir, SEED);
    JsonNode tokenizer = json(model.base().resolve("tokenizer.json")).get("model");
    JsonNode config = json(model.base().resolve("config.json"));
    assertThat(tokenizer.get("vocab")).hasSize(config.get("vocab_size").intValue());
    assertThat(tokenizer.get("vocab")).extracting(JsonNode::intValue).doesNotHaveDuplicates();
    assertThat(tokenizer.get("merges"))
        .allSatisfy(
            merge -> {
              String joined = merge.get(0).textValue() + merge.get(1).textValue();
              assertThat(tokenizer.get("vocab").has(joined)).isTrue();
            });
  }

  @Test
  void givenEveryTensorFile_whenItsHeaderIsRead_thenTensorsFillTheFileWithoutGaps()
      throws IOException {
    BundledModel.untrained(dir, SEED);
    for (Path file : files(dir).stream().filter(f -> f.toString().endsWith("tensors")).toList()) {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int length = Math.toIntExact(bytes.getLong());
      assertThat(length % 8).isZero();
      byte[] head = new byte[length];
      bytes.get(head);
      int end = 0;
      for (JsonNode tensor :
          new ObjectMapper().readTree(new String(head, StandardCharsets.UTF_8))) {
        if (tensor.has("dtype")) {
          assertThat(tensor.at("/data_offsets/0").intValue()).isEqualTo(end);
          end = tensor.at("/data_offsets/1").intValue();
        }
      }
      assertThat(bytes.remaining()).as("values of %s", file.getFileName()).isEqualTo(end);
    }
  }

  @Test
  void givenTheCheckpoints_whenRead_thenLearningRatesFallAndStayAboveZero() throws IOException {
    WrittenModel model = BundledModel.untrained(dir, SEED);
    assertThat(model.checkpoints()).hasSize(2);
    JsonNode log =
        json(model.checkpoints().get(1).resolve("trainer_state.json")).get("log_history");
    assertThat(log)
        .extracting(entry -> entry.get("learning_rate").doubleValue())
        .hasSize(20)
        .isSortedAccordingTo((a, b) -> Double.compare(b, a))
        .allSatisfy(rate -> assertThat(rate).isPositive());
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
