package io.sluice.gpuworker.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Set;

/**
 * The layers that an {@code adapter_config.json} says are adapted.
 *
 * @param names the names in {@code target_modules}, each the end of the name of a module; empty
 *     when the config selects layers in another way too, or by a pattern, so that only the file
 *     says which ones
 */
public record LoraTargets(Set<String> names) {
  /** Takes an unmodifiable copy of the set. */
  public LoraTargets {
    names = Set.copyOf(names);
  }

  static LoraTargets read(JsonFile config) throws UnusableModelException {
    boolean listed =
        config.field("target_modules").filter(JsonNode::isArray).isPresent()
            && config.field("exclude_modules").isEmpty()
            && config.field("layers_to_transform").isEmpty();
    return new LoraTargets(listed ? Set.copyOf(config.texts("target_modules")) : Set.of());
  }

  /** Whether the config says the opposite of what the adapter file says about a module. */
  boolean contradicts(String module, boolean adapted) {
    boolean named = names.stream().anyMatch(name -> ("." + module).endsWith("." + name));
    return !names.isEmpty() && named != adapted;
  }
}
