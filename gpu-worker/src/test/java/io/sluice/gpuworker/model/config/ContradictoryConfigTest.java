package io.sluice.gpuworker.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gpuworker.GoldenData;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that contradict each other, and settings that are missing. */
class ContradictoryConfigTest {
  private static final Path CONFIGS = Path.of("src/test/resources/model-folder/configs.json");

  @TempDir private Path folder;

  /** Reads the config that transformers writes for an architecture, with some fields changed. */
  private DecoderConfig read(String type, String changes) throws IOException {
    ObjectNode config = GoldenData.json(CONFIGS).path(type).deepCopy();
    for (Map.Entry<String, JsonNode> change : new ObjectMapper().readTree(changes).properties()) {
      if (change.getValue().asText().equals("remove")) {
        config.remove(change.getKey());
      } else {
        config.set(change.getKey(), change.getValue());
      }
    }
    Files.writeString(folder.resolve("config.json"), config.toString());
    return DecoderConfig.read(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "llama | {'rope_theta': 5} | rope_theta is 5, but rope_parameters.rope_theta is 10000",
        "llama | {'rope_scaling': {'type': 'yarn', 'factor': 2}} | rope_parameters and rope_scaling contradict each other",
        "llama | {'rope_scaling': 7} | rope_scaling is 7, not an object",
        "llama | {'rope_parameters': {'type': 'yarn', 'rope_type': 'default'}} | rope_parameters.type is yarn, but rope_type is default",
        "llama | {'rope_parameters': {'rope_type': 'default', 'factor': 8}} | rope_parameters.factor has no meaning with rope_type default",
        "llama | {'rope_parameters': {'rope_type': 'yarn', 'factor': 8, 'low_freq_factor': 1}} | rope_parameters.low_freq_factor has no meaning with rope_type yarn",
        "llama | {'rope_parameters': {'rope_type': 'yarn', 'factor': 0.5}} | rope_parameters.factor is 0.5, not at least 1",
        "llama | {'rope_parameters': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 4, 'high_freq_factor': 4}} | rope_parameters.high_freq_factor is not greater",
        "llama | {'rope_parameters': {'rope_type': 'default', 'mrope_section': [1, 2]}} | rope_parameters.mrope_section is [1,2]. Sluice does not know",
        "llama | {'rope_parameters': {'rope_type': 'default', 'partial_rotary_factor': 0.5}} | rope_parameters.partial_rotary_factor is 0.5, which",
        "llama | {'partial_rotary_factor': 0.5} | partial_rotary_factor is 0.5",
        "llama | {'rope_theta': -1, 'rope_parameters': null} | rope_theta is -1.0, not greater than 0",
        "llama | {'original_max_position_embeddings': 8, 'rope_parameters': {'rope_type': 'yarn', 'factor': 2, 'original_max_position_embeddings': 9}} | original_max_position_embeddings is 8, but",
        "olmo3 | {'rope_parameters': {'full_attention': {'rope_type': 'default'}}} | rope_parameters has no parameters for sliding_attention",
        "olmo3 | {'rope_parameters': {'rope_theta': 5, 'full_attention': {}, 'sliding_attention': {}}} | rope_parameters has rope_theta beside",
        "olmo3 | {'rope_parameters': {'full_attention': {'beta': 1}, 'sliding_attention': {}}} | rope_parameters.full_attention.beta is 1",
        "olmo3 | {'rope_parameters': {'rope_type': 'default', 'rope_theta': 5}} | rope_parameters has common parameters, where",
        "olmo3 | {'rope_parameters': null, 'rope_scaling': {'full_attention': {}, 'sliding_attention': {}}} | rope_scaling has parameters for each type of layer, where",
        "llama | {'rope_parameters': {'full_attention': {'rope_type': 'default', 'rope_theta': 5}}} | rope_parameters has parameters for each type of layer, where",
        "llama | {'max_position_embeddings': 'remove', 'rope_parameters': {'rope_type': 'yarn', 'factor': 2}} | neither original_max_position_embeddings nor max_position_embeddings is given",
        "llama | {'max_position_embeddings': 'remove', 'rope_parameters': {'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4}} | neither original_max_position_embeddings nor max_position_embeddings is given",
        "llama | {'max_position_embeddings': 'remove', 'rope_parameters': {'rope_type': 'longrope', 'short_factor': [1], 'long_factor': [1]}} | neither original_max_position_embeddings nor max_position_embeddings is given",
        "olmo3 | {'rope_parameters': null, 'rope_scaling': {'type': 'yarn', 'factor': 2}} | rope_scaling has type without rope_type, which transformers ignores",
        "gemma3_text | {'layer_types': ['full_attention', 'full_attention', 'full_attention', 'full_attention'], 'rope_parameters': null, 'rope_scaling': {'type': 'linear', 'factor': 8}} | rope_scaling has type without rope_type, which transformers ignores",
        "gemma3_text | {'layer_types': ['full_attention', 'full_attention', 'full_attention', 'full_attention'], 'rope_parameters': {'full_attention': {'rope_type': 'yarn', 'factor': 2, 'truncate': false}, 'sliding_attention': {}}} | rope_parameters.full_attention.truncate is false, which transformers ignores",
        "gemma3_text | {'layer_types': ['full_attention', 'full_attention', 'full_attention', 'full_attention'], 'original_max_position_embeddings': 64, 'rope_parameters': null, 'rope_scaling': {'rope_type': 'yarn', 'factor': 2}} | original_max_position_embeddings is outside of rope_scaling, where transformers ignores it",
        "olmo3 | {'original_max_position_embeddings': 64, 'rope_parameters': {'full_attention': {'rope_type': 'yarn', 'factor': 2}, 'sliding_attention': {}}} | original_max_position_embeddings is outside of rope_parameters.full_attention, where",
        "olmo3 | {'rope_theta': 5, 'rope_parameters': null} | rope_theta is 5, which transformers applies to layers with full attention only: those with a window have 500000.0",
        "olmo3 | {'rope_theta': 5, 'rope_parameters': {'full_attention': {}, 'sliding_attention': {'rope_theta': 5}}} | rope_theta is 5, which transformers applies to layers with full attention only",
        "olmo3 | {'sliding_window': null} | layer_types names sliding_attention, but",
        "olmo3 | {'use_sliding_window': false} | use_sliding_window is false, but this architecture always uses",
        "olmo3 | {'mlp_bias': true} | mlp_bias is true, but this architecture",
        "mistral | {'use_sliding_window': false} | use_sliding_window is false, but this architecture always uses",
        "mistral | {'attention_bias': true} | attention_bias is true, but this architecture",
        "mistral | {'layer_types': ['full_attention', 'sliding_attention', 'sliding_attention', 'sliding_attention']} | layer_types names full_attention where this architecture has sliding_attention",
        "llama | {'layer_types': ['sliding_attention', 'full_attention', 'full_attention', 'full_attention']} | layer_types names sliding_attention",
        "qwen2 | {'layer_types': ['sliding_attention', 'full_attention', 'full_attention', 'full_attention']} | layer_types names sliding_attention",
        "qwen2 | {'num_hidden_layers': 3} | layer_types has 4 entries, but num_hidden_layers is 3",
        "qwen3 | {'max_window_layers': -1, 'use_sliding_window': true, 'layer_types': null, 'sliding_window': 8} | max_window_layers is -1",
        "llama | {'architectures': ['LlamaForSequenceClassification']} | architectures names LlamaForSequenceClassification",
        "llama | {'architectures': ['MistralForCausalLM']} | architectures names MistralForCausalLM",
        "llama | {'quantization_config': {'quant_method': 'gptq', 'bits': 4}} | quantization_config is {",
        "llama | {'dtype': 'float8_e4m3fn'} | dtype is ",
        "llama | {'auto_map': {'AutoModelForCausalLM': 'modeling.X'}} | auto_map is {",
        "llama | {'residual_multiplier': 0.22} | residual_multiplier is 0.22",
        "llama | {'attn_logit_softcapping': 50.0} | attn_logit_softcapping is 50.0",
        "llama | {'num_local_experts': 8} | num_local_experts is 8",
        "llama | {'hidden_activation': 'gelu'} | hidden_activation is ",
        "llama | {'rope_parameters': {'rope_type': 'default', 'short_factor': [1]}} | rope_parameters.short_factor has no meaning with rope_type default",
        "llama | {'rope_parameters': {'rope_type': 'longrope', 'long_factor': [1]}} | rope_parameters.short_factor is not a list of numbers",
        "llama | {'rope_parameters': {'rope_type': 'longrope', 'short_factor': [1], 'long_factor': [1]}} | short_factor has 1 numbers, but 64 pairs",
        "llama | {'rope_parameters': {'rope_type': 'longrope', 'short_factor': [1], 'long_factor': ['x']}} | rope_parameters.long_factor is not a list of numbers",
        "mistral | {'sliding_window': -1} | sliding_window is -1, not a number of positions: set it to null",
        "gemma2 | {'attn_logit_softcapping': 0} | attn_logit_softcapping is 0.0, not greater than 0",
        "gemma2 | {'query_pre_attn_scalar': -1} | query_pre_attn_scalar is -1.0, not greater than 0",
        "gemma2 | {'sliding_window': null} | sliding_window is null, but",
        "gemma2 | {'sliding_window_size': 8} | sliding_window_size is another than sliding_window",
        "gemma2 | {'hidden_act': 'gelu'} | hidden_act is gelu, but hidden_activation is another",
        "gemma2 | {'hidden_activation': 'relu2'} | hidden_activation relu2 is not supported",
        "gemma2 | {'use_bidirectional_attention': true} | use_bidirectional_attention is true",
        "gemma2 | {'embedding_multiplier': 2} | embedding_multiplier is 2",
        "gemma3_text | {'attn_logit_softcapping': 50.0} | attn_logit_softcapping is 50.0",
        "gemma3_text | {'rope_local_base_freq': 5} | rope_local_base_freq is 5, but rope_parameters.sliding_attention.rope_theta is 10000",
        "gemma3_text | {'text_config': {'model_type': 'gemma3_text'}} | it has a text_config, so that the folder holds a multimodal model (gemma3_text): save its language model alone",
        "gemma3_text | {'model_type': 'gemma3', 'vision_config': {}} | it has a vision_config, so that the folder holds a multimodal model (gemma3): save its language model alone",
        "gemma3_text | {'architectures': ['Gemma3ForConditionalGeneration']} | architectures names Gemma3ForConditionalGeneration",
        "phi3 | {'attention_bias': true} | attention_bias is true, but this architecture",
        "phi3 | {'rope_parameters': {'rope_type': 'yarn', 'factor': 2}} | rope_type yarn is not supported: use a model with rope_type default or longrope",
        "phi3 | {'rope_parameters': {'rope_type': 'default', 'partial_rotary_factor': 1.5}} | partial_rotary_factor is 1.5",
        "phi3 | {'partial_rotary_factor': 0.5} | partial_rotary_factor is 0.5, but rope_parameters.partial_rotary_factor is 1.0",
        "phi3 | {'original_max_position_embeddings': null, 'rope_parameters': {'rope_type': 'longrope', 'original_max_position_embeddings': 64, 'short_factor': [1], 'long_factor': [1]}} | rope_parameters.original_max_position_embeddings is 64, but original_max_position_embeddings outside of it is absent, and 4096 by default",
        "granite | {'logits_scaling': 0} | logits_scaling is 0",
        "granite | {'query_pre_attn_scalar': 256} | query_pre_attn_scalar is 256",
        "olmo2 | {'clip_qkv': 8.0} | clip_qkv is 8.0",
        "olmo2 | {'model_type': 'mixtral'} | model_type mixtral is not supported"
      })
  void givenAConfigThatContradictsItselfOrIsNotSupported_whenRead_thenTheFieldIsNamed(
      String type, String changes, String message) {
    assertThatThrownBy(() -> read(type, changes.replace('\'', '"')))
        .isInstanceOf(UnusableModelException.class)
        .hasMessageContaining("config.json: " + message);
  }

  @Test
  void givenAnAdapterInTheFolderOfTheModel_whenRead_thenItIsNamed() throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    assertThatThrownBy(() -> read("llama", "{}"))
        .hasMessageContaining("adapter_config.json shows that the folder also holds an adapter");
  }

  @ParameterizedTest
  @CsvSource({
    "llama,10000",
    "mistral,10000",
    "qwen3,10000",
    "smollm3,2000000",
    "olmo3,500000",
    "olmo2,10000",
    "gemma2,10000",
    "gemma3_text,10000",
    "phi3,10000",
    "granite,10000"
  })
  void givenNoRopeSettings_whenRead_thenTheBaseIsTheDefaultOfTransformers(String type, double theta)
      throws IOException {
    DecoderConfig config = read(type, "{\"rope_parameters\": null}");
    assertThat(config.layers().get(0).rope())
        .isEqualTo(Optional.of(new RopeConfig(config.headSize(), theta, new RopeScaling.None())));
  }

  @ParameterizedTest
  @CsvSource({
    "mistral,4096",
    "olmo3,4096",
    "smollm3,0",
    "qwen2,0",
    "gemma2,4096",
    "gemma3_text,4096",
    "phi3,0",
    "granite,0"
  })
  void givenNoSlidingWindow_whenRead_thenItIsTheDefaultOfTransformers(String type, int window)
      throws IOException {
    DecoderConfig config = read(type, "{\"sliding_window\": \"remove\"}");
    assertThat(config.layers().get(0).window())
        .isEqualTo(window == 0 ? OptionalInt.empty() : OptionalInt.of(window));
  }

  @Test
  void givenLimitsThatAreNullOrAbsent_whenRead_thenNullIsNoneAndAbsentTheDefault()
      throws IOException {
    String limits = "\"attn_logit_softcapping\": %1$s, \"final_logit_softcapping\": %1$s";
    Scales none = read("gemma2", "{" + limits.formatted("null") + "}").scales();
    assertThat(none.attentionLimit()).isEmpty();
    assertThat(none.logitLimit()).isEmpty();
    Scales byDefault = read("gemma2", "{" + limits.formatted("\"remove\"") + "}").scales();
    assertThat(byDefault.attentionLimit()).hasValue(50);
    assertThat(byDefault.logitLimit()).hasValue(30);
    assertThat(
            read("gemma3_text", "{" + limits.formatted("\"remove\"") + "}").scales().logitLimit())
        .isEmpty();
  }

  @Test
  void givenATypeInParametersOfALayerType_whenRead_thenItHolds() throws IOException {
    DecoderConfig config =
        read(
            "olmo3",
            "{\"rope_parameters\": {\"sliding_attention\": {\"rope_theta\": 7},"
                + " \"full_attention\": {\"type\": \"linear\", \"factor\": 2}}}");
    assertThat(config.layers().get(3).rope())
        .isEqualTo(
            Optional.of(new RopeConfig(config.headSize(), 500_000, new RopeScaling.Linear(2))));
  }

  @Test
  void givenTheSameRopeSettingsInBothPlaces_whenRead_thenTheyHold() throws IOException {
    DecoderConfig config =
        read(
            "llama",
            "{\"rope_theta\": 7.0, \"rope_parameters\": {\"rope_theta\": 7, \"rope_type\": \"default\"},"
                + " \"rope_scaling\": {\"type\": \"default\"}}");
    assertThat(config.layers().get(0).rope())
        .isEqualTo(Optional.of(new RopeConfig(config.headSize(), 7, new RopeScaling.None())));
  }
}
