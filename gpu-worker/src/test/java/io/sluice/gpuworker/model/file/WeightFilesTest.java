package io.sluice.gpuworker.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Lora;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose weights are split over several files. */
class WeightFilesTest {
  private static final Path WHOLE = GoldenData.small().resolve("tiny-llama/base/model.safetensors");
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path folder;

  @Test
  void givenAModelInThreeFiles_whenRead_thenEveryTensorEqualsThatOfASingleFile()
      throws IOException {
    split(3);
    Safetensors whole = Safetensors.open(WHOLE);
    WeightFiles shards = WeightFiles.open(folder.resolve(INDEX));
    for (String name : whole.names()) {
      assertThat(shards.shape(name)).isEqualTo(whole.shape(name));
      assertThat(shards.read(name, whole.shape(name)))
          .isEqualTo(whole.read(name, whole.shape(name)));
    }
    assertThat(DecoderWeights.files(folder))
        .extracting(path -> path.getFileName().toString())
        .containsExactly(
            INDEX, "shard-0.safetensors", "shard-1.safetensors", "shard-2.safetensors");
    assertThatThrownBy(() -> shards.read("other")).hasMessageContaining("has no tensor other");
  }

  @Test
  void givenAModelInTwoFiles_whenADecoderIsLoaded_thenItsLogitsEqualThoseFromASingleFile()
      throws IOException {
    split(2);
    try (Torch torch = Torch.open()) {
      assertThat(logits(torch, folder)).isEqualTo(logits(torch, WHOLE.resolveSibling("")));
    }
  }

  @Test
  void givenAMissingFile_whenTheIndexIsOpened_thenTheMessageNamesTheFile() throws IOException {
    split(2);
    Files.delete(folder.resolve("shard-1.safetensors"));
    assertThatThrownBy(() -> WeightFiles.open(folder.resolve(INDEX)))
        .hasMessageContaining("shard-1.safetensors is missing: ")
        .hasMessageContaining(INDEX);
  }

  @Test
  void givenATensorInTwoFiles_whenTheIndexIsOpened_thenTheFileThatTheIndexDoesNotNameIsRejected()
      throws IOException {
    split(2);
    Path index = folder.resolve(INDEX);
    ObjectNode json = (ObjectNode) GoldenData.json(index);
    Files.copy(folder.resolve("shard-1.safetensors"), folder.resolve("shard-2.safetensors"));
    ObjectNode places = (ObjectNode) json.path("weight_map");
    String moved =
        places.properties().stream()
            .filter(place -> place.getValue().asText().equals("shard-1.safetensors"))
            .findFirst()
            .orElseThrow()
            .getKey();
    places.put(moved, "shard-2.safetensors");
    Files.writeString(index, json.toString());

    assertThatThrownBy(() -> WeightFiles.open(index))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining(", which " + INDEX + " assigns to another file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../model.safetensors", "/etc/passwd", "x.bin"})
  void givenAnIndexThatNamesAFileElsewhere_whenOpened_thenItIsRejected(String file)
      throws IOException {
    Path index = folder.resolve(INDEX);
    Files.writeString(index, "{\"weight_map\": {\"w\": \"" + file + "\"}}");
    assertThatThrownBy(() -> WeightFiles.open(index)).hasMessageContaining("'" + file + "'");
  }

  private static float[] logits(Torch torch, Path base) throws IOException {
    DecoderConfig config = DecoderConfig.read(WHOLE.resolveSibling(""));
    Decoder decoder =
        Decoder.load(torch.manager(), config, DecoderWeights.open(torch.manager(), base), 8);
    return decoder
        .logits(torch.manager(), new long[] {0, 7, 9}, new long[] {1, 2}, Lora.NONE)
        .toFloatArray();
  }

  private void split(int parts) throws IOException {
    Safetensors whole = Safetensors.open(WHOLE);
    List<String> names = List.copyOf(new TreeSet<>(whole.names()));
    ObjectNode index = new ObjectMapper().createObjectNode();
    for (int part = 0; part < parts; part++) {
      ObjectNode header = new ObjectMapper().createObjectNode();
      ByteBuffer data = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = part; i < names.size(); i += parts) {
        String name = names.get(i);
        ObjectNode tensor = header.putObject(name).put("dtype", "F32");
        for (long axis : whole.shape(name)) {
          tensor.withArray("shape").add(axis);
        }
        tensor.withArray("data_offsets").add(data.position());
        for (float value : whole.read(name, whole.shape(name))) {
          data.putFloat(value);
        }
        tensor.withArray("data_offsets").add(data.position());
        index.withObject("/weight_map").put(name, "shard-" + part + ".safetensors");
      }
      byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
      ByteBuffer file =
          ByteBuffer.allocate(8 + json.length + data.position()).order(ByteOrder.LITTLE_ENDIAN);
      file.putLong(json.length).put(json).put(data.flip());
      Files.write(folder.resolve("shard-" + part + ".safetensors"), file.array());
    }
    Files.writeString(folder.resolve(INDEX), index.toString());
  }
}
