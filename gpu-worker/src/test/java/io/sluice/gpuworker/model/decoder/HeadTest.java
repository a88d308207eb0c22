package io.sluice.gpuworker.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.Torch;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.SafetensorsWriter;
import io.sluice.gpuworker.model.file.SafetensorsWriter.Tensor;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that the config does not describe, and what becomes of the head of a tied model. */
class HeadTest {
  private static final Path BASE = GoldenData.small().resolve("tiny-llama/base");
  private static final String HEAD = "lm_head.weight";
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static Torch torch;

  @TempDir private Path folder;

  private final Map<String, float[]> values = new TreeMap<>();
  private final Map<String, int[]> shapes = new TreeMap<>();

  @BeforeAll
  static void start() {
    torch = Torch.open();
  }

  @AfterAll
  static void stop() {
    torch.close();
  }

  /** An untied model: its head differs from its embedding. */
  @BeforeEach
  void read() throws IOException {
    Safetensors weights = Safetensors.open(BASE.resolve("model.safetensors"));
    for (String name : weights.names()) {
      put(name, weights.read(name, weights.shape(name)), weights.shape(name));
    }
    assertThat(values.get(HEAD)).isNotEqualTo(values.get(EMBEDDING));
  }

  private void put(String name, float[] content, long... shape) {
    values.put(name, content);
    shapes.put(name, LongStream.of(shape).mapToInt(Math::toIntExact).toArray());
  }

  private float[] logits(boolean tied, Replacements replacements) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(BASE.resolve("config.json"))
            .replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": " + tied));
    Files.deleteIfExists(folder.resolve("model.safetensors"));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        values.keySet().stream()
            .map(
                name ->
                    new Tensor(
                        name,
                        Arrays.stream(shapes.get(name)).boxed().toList(),
                        FloatBuffer.wrap(values.get(name))))
            .toList(),
        Map.of());
    try (NDManager manager = torch.manager().newSubManager()) {
      Decoder decoder =
          Decoder.load(
              manager,
              DecoderConfig.read(folder),
              DecoderWeights.open(manager, folder, replacements),
              8);
      return decoder
          .logits(manager, new long[] {5, 6, 7}, new long[] {1, 2}, Lora.NONE)
          .toFloatArray();
    }
  }

  @Test
  void givenATiedConfigWithAHeadThatDiffers_whenLoaded_thenTheHeadIsKept() throws IOException {
    float[] untied = logits(false, Replacements.NONE);
    assertThat(logits(true, Replacements.NONE)).isEqualTo(untied);
  }

  @Test
  void givenATiedConfigWithAnEqualHead_whenLoaded_thenItIsTheSameAsWithout() throws IOException {
    values.put(HEAD, values.get(EMBEDDING));
    float[] both = logits(true, Replacements.NONE);
    values.remove(HEAD);
    assertThat(logits(true, Replacements.NONE)).isEqualTo(both);
  }

  @Test
  void givenAnUntiedConfigWithoutHead_whenLoaded_thenTensorAndFieldAreNamed() {
    values.remove(HEAD);
    assertThatThrownBy(() -> logits(false, Replacements.NONE))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("no lm_head.weight, but tie_word_embeddings in config.json is false");
  }

  @Test
  void givenATrainedCopyOfTheEmbedding_whenLoaded_thenATiedHeadStaysAsItIs() throws IOException {
    float[] trained = values.get(HEAD).clone();
    float[] original = values.get(EMBEDDING);
    values.remove(HEAD);
    float[] copy = logits(true, new Replacements(new Replaced(EMBEDDING, trained), true, false));
    float[] resized =
        logits(true, new Replacements(new Replaced(EMBEDDING, trained), false, false));

    values.put(EMBEDDING, trained);
    assertThat(logits(true, Replacements.NONE)).isEqualTo(resized);
    values.put(HEAD, original);
    assertThat(logits(false, Replacements.NONE)).isEqualTo(copy).isNotEqualTo(resized);
  }

  @Test
  void givenAHeadInTheAdaptersFileOfATiedModel_whenLoaded_thenItMustBeTheEmbeddingUnlessTrained()
      throws IOException {
    float[] other = values.get(HEAD).clone();
    float[] original = values.get(EMBEDDING).clone();
    values.remove(HEAD);
    float[] tied = logits(true, Replacements.NONE);

    assertThat(logits(true, new Replacements(new Replaced(HEAD, original), false, false)))
        .isEqualTo(tied);
    assertThatThrownBy(
            () -> logits(true, new Replacements(new Replaced(HEAD, other), false, false)))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("head that differs from the embedding")
        .hasMessageContaining("modules_to_save does not name lm_head");
    assertThat(logits(true, new Replacements(new Replaced(HEAD, other), false, true)))
        .isNotEqualTo(tied);
  }

  private record Replaced(String weight, float[] content) implements Tensors {
    @Override
    public Set<String> names() {
      return Set.of(weight);
    }

    @Override
    public long[] shape(String name) {
      return new long[] {512, 64};
    }

    @Override
    public float[] read(String name, long... shape) {
      return content;
    }

    @Override
    public ElementType type(String name) {
      return ElementType.F32;
    }

    @Override
    public void read(String name, long from, ByteBuffer into, long... shape) {
      into.asFloatBuffer().put(content);
      into.position(into.limit());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.layers.2.mlp.up_proj.weight | num_hidden_layers is 2; use the config.json",
        "model.layers.0.self_attn.q_proj.bias | check attention_bias",
        "model.layers.0.self_attn.q_norm.weight | use the config.json that belongs to the weights",
        "model.layers.0.self_attn.q_proj.lora_A.weight | merge the adapter",
        "score.weight | use the config.json that belongs to the weights",
        "model.layers.0.self_attn.q_proj.qweight | so its weights are quantized",
        "model.layers.0.self_attn.q_proj.weight_scale | so its weights are quantized",
        "model.layers.0.self_attn.q_proj.weight.absmax | so its weights are quantized",
        "model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4 | so its weights are quantized"
      })
  void givenATensorThatTheModelDoesNotHave_whenLoaded_thenItIsNamed(String name, String cause) {
    put(name, new float[] {1}, 1);
    assertThatThrownBy(() -> logits(false, Replacements.NONE))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(cause);
  }

  @Test
  void givenTheFrequenciesThatOldVersionsSaved_whenLoaded_thenTheyChangeNothing()
      throws IOException {
    float[] without = logits(false, Replacements.NONE);
    put("model.layers.0.self_attn.rotary_emb.inv_freq", new float[] {1}, 1);
    assertThat(logits(false, Replacements.NONE)).isEqualTo(without);
  }
}
