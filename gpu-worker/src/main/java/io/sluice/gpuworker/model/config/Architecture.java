package io.sluice.gpuworker.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The supported architectures, named after the {@code model_type} in {@code config.json}, each with
 * the traits that distinguish it from the others. Everything else is read from the config.
 */
public enum Architecture {
  LLAMA(new Llama()),
  MISTRAL(new Mistral()),
  QWEN2(Qwen.second()),
  QWEN3(Qwen.third()),
  SMOLLM3(new SmolLm3()),
  OLMO2(Olmo.second()),
  OLMO3(Olmo.third()),
  GEMMA2(Gemma.second()),
  GEMMA3_TEXT(Gemma.third()),
  PHI3(new Phi3()),
  GRANITE(new Granite());

  /** The fields of a config that hold the config of one part of a multimodal model. */
  private static final List<String> PARTS = List.of("text_config", "vision_config", "audio_config");

  private final Traits traits;

  Architecture(Traits traits) {
    this.traits = traits;
  }

  /**
   * Returns the architecture that a config names.
   *
   * @throws UnusableModelException when it is not supported; the message lists those that are
   */
  public static Architecture of(JsonFile config) throws UnusableModelException {
    String type = config.text("model_type", "unnamed");
    for (String part : PARTS) {
      if (config.field(part).isPresent()) {
        throw config.unusable(
            "it has a " + part + ", so that the folder holds a multimodal model (" + type + ")",
            "save its language model alone, as model-folder.md shows for Gemma 3");
      }
    }
    config.requireOneOf(
        "model_type",
        type,
        Arrays.stream(values()).map(Architecture::modelType).collect(Collectors.toSet()));
    Architecture architecture = valueOf(type.toUpperCase(Locale.ROOT));
    for (JsonNode name : config.root().path("architectures")) {
      if (!name.asText().equalsIgnoreCase(architecture.traits.className() + "ForCausalLM")) {
        throw config.unusable(
            "architectures names "
                + name.asText()
                + ", which is not the causal language model of model_type "
                + type,
            "save the model with AutoModelForCausalLM");
      }
    }
    return architecture;
  }

  /** The {@code model_type} in {@code config.json}. */
  String modelType() {
    return name().toLowerCase(Locale.ROOT);
  }

  Traits traits() {
    return traits;
  }

  /** The names of the linear layers in a decoder layer that LoRA adapts by default. */
  public Set<String> defaultTargets() {
    return traits.defaultTargets();
  }
}
