package io.sluice.gpuworker.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The layers that an {@code adapter_config.json} says are adapted, by the rules of PEFT.
 *
 * @param named whether a module is adapted, by its name in the model, such as {@code
 *     model.layers.0.self_attn.q_proj}
 */
public record LoraTargets(Predicate<String> named) {
  private static final String TARGETS = "target_modules";
  private static final String EXCLUDED = "exclude_modules";
  private static final String LAYERS = "layers_to_transform";
  private static final String ALL = "all-linear";
  private static final String HEAD = "lm_head";
  private static final String ANY_LIST = "[^.]*";

  static LoraTargets read(JsonFile config) throws UnusableModelException {
    if (config.texts(TARGETS).isEmpty()) {
      throw config.unusable(
          "it has no target_modules", "use the adapter and the config of the same training run");
    }
    Predicate<String> excluded =
        config.field(EXCLUDED).isPresent() ? matching(config, EXCLUDED) : module -> false;
    Predicate<String> targets = matching(config, TARGETS);
    if (config.field(LAYERS).isPresent()) {
      // A module that is listed by its whole name is adapted whatever the layers are.
      targets = targets.and(inLayers(config).or(Set.copyOf(config.texts(TARGETS))::contains));
    }
    return new LoraTargets(targets.and(excluded.negate()));
  }

  /** A text is a pattern for the whole name, a list has names or their ends. */
  private static Predicate<String> matching(JsonFile config, String field)
      throws UnusableModelException {
    if (config.field(field).filter(JsonNode::isTextual).isPresent()) {
      String text = config.text(field, "");
      return text.equals(ALL)
          ? module -> !module.equals(HEAD)
          : pattern(config, field, text).asMatchPredicate();
    }
    List<String> ends = config.texts(field);
    return module -> ends.stream().anyMatch(end -> ("." + module).endsWith("." + end));
  }

  /** The layers are chosen by the number that follows the name of their list. */
  private static Predicate<String> inLayers(JsonFile config) throws UnusableModelException {
    Set<Integer> layers = new TreeSet<>();
    JsonNode chosen = config.root().path(LAYERS);
    for (JsonNode layer : chosen.isArray() ? chosen : List.of(chosen)) {
      layers.add(layer.asInt(-1));
    }
    if (layers.isEmpty()) {
      return module -> true;
    }
    List<String> lists = config.texts("layers_pattern");
    Pattern number =
        pattern(
            config,
            "layers_pattern",
            ".*\\.(?:%s)\\.(\\d+)\\..*"
                .formatted(lists.isEmpty() ? ANY_LIST : String.join("|", lists)));
    return module -> {
      Matcher matcher = number.matcher(module);
      return matcher.matches() && layers.contains(Integer.valueOf(matcher.group(1)));
    };
  }

  private static Pattern pattern(JsonFile config, String field, String text)
      throws UnusableModelException {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw config.unusable(
          field + " is " + text + ", which is not a pattern", "use a list of names");
    }
  }

  /** Whether the config says the opposite of what the adapter file says about a module. */
  boolean contradicts(String module, boolean adapted) {
    return named.test(module) != adapted;
  }
}
