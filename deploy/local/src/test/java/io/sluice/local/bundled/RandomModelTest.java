package io.sluice.local.bundled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
  void givenASmallShape_whenWrittenIn16Bits_thenTheFileHasTheSameTensorsOfThatType()
      throws IOException {
    LlamaShape shape = new LlamaShape(1024, 1024, 64, 2, 4, 2, 128, 512, false, 8, 32, 2);
    AtomicLong bytes = new AtomicLong();
    WrittenModel narrow =
        RandomModel.writeNarrow(dir.resolve("narrow"), shape, SEED, bytes::addAndGet);
    WrittenModel wide = RandomModel.write(dir.resolve("wide"), shape, SEED);

    assertThat(bytes).hasValue(RandomModel.narrowBytes(shape));
    Safetensors file = Safetensors.open(narrow.base().resolve("model.safetensors"));
    Safetensors other = Safetensors.open(wide.base().resolve("model.safetensors"));
    assertThat(file.names()).isEqualTo(other.names());
    for (String name : file.names()) {
      assertThat(file.type(name)).isEqualTo(ElementType.BF16);
      assertThat(file.shape(name)).isEqualTo(other.shape(name));
    }
    assertThat(file.read("model.norm.weight", 64)).containsOnly(1);
    float[] matrix = file.read("model.layers.1.mlp.down_proj.weight", 64, 128);
    double squares = 0;
    for (float value : matrix) {
      squares += value * value;
    }
    assertThat(squares / matrix.length * 128).isCloseTo(1, within(0.1));
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
