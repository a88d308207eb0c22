package io.sluice.gpuworker.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Creates the {@code adapter_config.json} of PEFT, with the fields that all versions of PEFT since
 * 0.10 know.
 */
final class PeftConfig {
  private PeftConfig() {}

  /**
   * The configuration of a new adapter.
   *
   * @param targets the last components of the names of the adapted layers
   */
  static ObjectNode of(Path model, FineTuneMethod.NewAdapter adapter, Set<String> targets) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putObject("alpha_pattern");
    config.putNull("auto_mapping");
    config
        .put("base_model_name_or_path", model.toString())
        .put("bias", "none")
        .put("fan_in_fan_out", false)
        .put("inference_mode", true)
        .put("init_lora_weights", true);
    config.putNull("layers_pattern");
    config.putNull("layers_to_transform");
    if (adapter.alpha() == Math.rint(adapter.alpha()) && adapter.alpha() < Integer.MAX_VALUE) {
      config.put("lora_alpha", (int) adapter.alpha());
    } else {
      config.put("lora_alpha", adapter.alpha());
    }
    config.put("lora_dropout", adapter.dropout());
    config.putNull("modules_to_save");
    config.put("peft_type", "LORA").put("r", adapter.rank());
    config.putObject("rank_pattern");
    config.putNull("revision");
    ArrayNode modules = config.putArray("target_modules");
    new TreeSet<>(targets).forEach(modules::add);
    return config.put("task_type", "CAUSAL_LM").put("use_dora", false).put("use_rslora", false);
  }

  /**
   * The configuration of an adapter whose training is continued: a copy of its configuration, with
   * the current base model and dropout.
   *
   * @throws IOException when the adapter's configuration cannot be read
   */
  static ObjectNode of(Path model, FineTuneMethod.GivenAdapter given) throws IOException {
    JsonNode own =
        new ObjectMapper()
            .readTree(Files.readString(given.folder().resolve("adapter_config.json")));
    return ((ObjectNode) own)
        .put("base_model_name_or_path", model.toString())
        .put("inference_mode", true)
        .put("lora_dropout", given.dropout());
  }
}
