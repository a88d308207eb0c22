package io.sluice.gpuworker.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderConfigTest {
  private static final Path BASE = GoldenData.small().resolve("tiny-llama/base");

  private static final LayerAttention PLAIN =
      new LayerAttention(
          Optional.of(new RopeConfig(16, 10_000, new RopeScaling.None())), OptionalInt.empty());

  @TempDir private Path folder;

  @Test
  void givenBothStylesOfConfig_whenRead_thenTheResultsAreEqual() throws IOException {
    Files.copy(BASE.resolve("config.v4style.json"), folder.resolve("config.json"));
    DecoderConfig config = DecoderConfig.read(BASE);
    assertThat(config.layers())
        .containsExactly(PLAIN, PLAIN)
        .isEqualTo(DecoderConfig.read(folder).layers());
    assertThat(config.norms()).isEqualTo(Norms.BEFORE_BLOCKS);
    assertThat(DecoderConfig.read(folder)).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"llama\" | \"model_type\": \"mamba\" | model_type mamba",
        "\"rope_type\": \"default\" | \"rope_type\": \"ntk\" | rope_type ntk",
        "\"head_dim\": 16 | \"layer_types\": [\"chunked_attention\"] | layer_types chunked_attention",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"relu2\" | hidden_act relu2"
      })
  void givenAnUnsupportedSetting_whenRead_thenTheMessageNamesItAndTheSupportedValues(
      String from, String to, String named) throws IOException {
    change(from, to);
    assertThatThrownBy(() -> DecoderConfig.read(folder))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json: " + named + " is not supported: use a model with ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_size\": 64, |  | has no hidden_size",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 0 | num_hidden_layers is 0",
        "\"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": \"x\" | rms_norm_eps is \"x\"",
        "\"num_hidden_layers\": 2 | \"num_hidden_layers\": 2000000000 | num_hidden_layers 2000000000 exceeds the limit of 10000",
        "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | with 3 key and value heads",
        "\"head_dim\": 16 | \"head_dim\": 15 | 4 heads of size 15",
        "\"head_dim\": 16 | \"layer_types\": [\"full_attention\"] | layer_types is not a list of at least 2",
        "\"head_dim\": 16 | \"layer_types\": \"full_attention\" | layer_types is not a list",
        "\"tie_word_embeddings\": false | \"tie_word_embeddings\": \"no\" | not true or false",
        "\"vocab_size\": 512 | \"vocab_size\": 512, oops | is not JSON"
      })
  void givenADamagedConfig_whenRead_thenTheMessageNamesTheField(
      String from, String to, String message) throws IOException {
    change(from, to == null ? "" : to);
    assertThatThrownBy(() -> DecoderConfig.read(folder))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }

  @Test
  void givenTextAfterTheObject_whenRead_thenTheFileIsNotJson() throws IOException {
    Path config = Files.copy(BASE.resolve("config.json"), folder.resolve("config.json"));
    Files.writeString(config, "{\"vocab_size\": 7}", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> DecoderConfig.read(folder))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json is not JSON");
  }

  @Test
  void givenAConfigThatIsNotText_whenRead_thenTheMessageNamesTheFile() throws IOException {
    Files.write(folder.resolve("config.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> DecoderConfig.read(folder))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json is not JSON");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | \"sliding_window\": 8 | R R R R",
        "mistral | \"sliding_window\": 8 | R8 R8 R8 R8",
        "mistral | \"sliding_window\": null | R R R R",
        "qwen2 | \"sliding_window\": 8, \"use_sliding_window\": false | R R R R",
        "qwen3 | \"sliding_window\": 8, \"use_sliding_window\": true, \"max_window_layers\": 3 | R R R R8",
        "smollm3 | \"no_rope_layer_interval\": 2 | R - R -",
        "smollm3 | \"no_rope_layers\": [0, 1, 1, 1] | - R R R",
        "olmo3 | \"sliding_window\": 8 | R8 R8 R8 R",
        "olmo3 | \"sliding_window\": 8, \"layer_types\": [\"full_attention\", \"sliding_attention\","
            + " \"full_attention\", \"sliding_attention\"] | R R8 R R8",
        "olmo2 | \"sliding_window\": 8 | R R R R",
        "granite | \"sliding_window\": 8 | R R R R",
        "phi3 | \"sliding_window\": 8 | R8 R8 R8 R8",
        "phi3 | \"sliding_window\": null | R R R R",
        "gemma2 | \"sliding_window\": 8, \"hidden_activation\": \"silu\" | R8 R R8 R",
        "gemma3_text | \"sliding_window\": 8, \"hidden_activation\": \"silu\" | R8 R8 R8 R8",
        "gemma3_text | \"sliding_window\": 8, \"hidden_activation\": \"silu\","
            + " \"sliding_window_pattern\": 3 | R8 R8 R R8"
      })
  void givenAnArchitecture_whenRead_thenEachLayerHasTheExpectedRopeAndWindow(
      String type, String settings, String expected) throws IOException {
    String config =
        Files.readString(BASE.resolve("config.v4style.json"))
            .replace("\"llama\"", "\"" + type + "\"")
            .replace("\"LlamaForCausalLM\"", "\"" + type.replace("_text", "") + "ForCausalLM\"")
            .replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 4, " + settings)
            .replace("10000.0", type.equals("olmo3") ? "500000.0" : "10000.0");
    Files.writeString(folder.resolve("config.json"), config);
    String layers =
        DecoderConfig.read(folder).layers().stream()
            .map(
                layer ->
                    layer.rope().map(rope -> "R").orElse("-")
                        + (layer.window().isPresent() ? layer.window().getAsInt() : ""))
            .collect(Collectors.joining(" "));
    assertThat(layers).isEqualTo(expected);
  }

  @Test
  void givenNoTieWordEmbeddings_whenRead_thenTheArchitectureDeterminesWhetherTheHeadIsTied()
      throws IOException {
    change("\"tie_word_embeddings\": false,", "");
    assertThat(DecoderConfig.read(folder).tiedHead()).isFalse();
    String config = Files.readString(folder.resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"llama\"", "\"smollm3\"").replace("Llama", "SmolLM3"));
    assertThat(DecoderConfig.read(folder).tiedHead()).isTrue();
  }

  @Test
  void givenNoHeadSize_whenRead_thenItIsTheHiddenSizeDividedByTheHeads() throws IOException {
    change("\"head_dim\": 16,", "");
    assertThat(DecoderConfig.read(folder).headSize()).isEqualTo(16);
  }

  private void change(String from, String to) throws IOException {
    String config = Files.readString(BASE.resolve("config.json"));
    assertThat(config).contains(from);
    Files.writeString(folder.resolve("config.json"), config.replace(from, to));
  }
}
