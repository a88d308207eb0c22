package io.sluice.gpuworker.model.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A warm-up checkpoint on disk: a PEFT LoRA adapter.
 *
 * @param folder where it lies
 * @param rank of every adapted module
 * @param scaling what the adapter's output is multiplied by: alpha / r, or alpha / sqrt(r) for
 *     rank-stabilised adapters
 * @param adapter {@code adapter_model.safetensors}
 */
public record LoraCheckpoint(Path folder, int rank, float scaling, Safetensors adapter) {
  private static final String PREFIX = "base_model.model.";
  private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "lm_head");

  /** Settings that change what an adapter computes, and the one value of each that is known. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "peft_type", "LORA",
          "bias", "none",
          "use_dora", "false",
          "fan_in_fan_out", "false",
          "lora_bias", "false");

  /**
   * Opens a checkpoint as the Hugging Face Trainer writes it.
   *
   * @throws UnusableModelException when a file is missing or the adapter is of another kind
   */
  public static LoraCheckpoint open(Path folder) throws IOException {
    JsonFile config =
        JsonFile.read(
            UnusableModelException.required(
                folder,
                "adapter_config.json",
                "give the folder of a PEFT LoRA checkpoint, such as run/checkpoint-100"));
    refuseOtherKinds(config);
    Path adapter =
        UnusableModelException.required(
            folder, "adapter_model.safetensors", "save the adapter in the safetensors format");
    int rank = config.count("r");
    double root = config.flag("use_rslora", false) ? Math.sqrt(rank) : rank;
    return new LoraCheckpoint(
        folder, rank, (float) (config.number("lora_alpha") / root), Safetensors.open(adapter));
  }

  private static void refuseOtherKinds(JsonFile config) throws UnusableModelException {
    for (Map.Entry<String, String> known : KNOWN.entrySet()) {
      String name = known.getKey();
      String only = known.getValue();
      if (!config.text(name, only).equals(only)) {
        throw unsupported(config, name, "train with " + name + " " + only);
      }
    }
    for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
      if (config.field(pattern).map(JsonNode::size).orElse(0) > 0) {
        throw unsupported(config, pattern, "train with one rank and one alpha for all modules");
      }
    }
    for (JsonNode saved : config.root().path("modules_to_save")) {
      if (!EMBEDDINGS.contains(saved.asText())) {
        throw unsupported(config, "modules_to_save " + saved, "train LoRA parameters only");
      }
    }
  }

  private static UnusableModelException unsupported(JsonFile config, String what, String advice) {
    return new UnusableModelException(
        config.path() + ": " + what + " is not supported yet: " + advice);
  }

  /**
   * Whether a module has an adapter.
   *
   * @throws UnusableModelException when it is of another rank than the config says, by which it
   *     would be scaled wrongly
   */
  boolean adapts(String module) throws UnusableModelException {
    String name = adapterTensor(module, "lora_A");
    if (!adapter.has(name)) {
      return false;
    }
    if (adapter.rows(name) != rank) {
      throw new UnusableModelException(
          adapter.path()
              + ": "
              + name
              + " has "
              + adapter.rows(name)
              + " rows, but r in adapter_config.json is "
              + rank
              + ": give adapter and config of one training run");
    }
    return true;
  }

  /** The name of a LoRA matrix in the adapter file; {@code factor} is lora_A or lora_B. */
  static String adapterTensor(String module, String factor) {
    return PREFIX + module + "." + factor + ".weight";
  }

  /** The name of a LoRA matrix as a parameter of the model in training. */
  static String parameter(String module, String factor) {
    return PREFIX + module + "." + factor + ".default.weight";
  }

  /** The name in the adapter file of a parameter of the model in training. */
  static String stored(String parameter) {
    return parameter.replace(".default.weight", ".weight");
  }

  /**
   * The adapter's values.
   *
   * @param layout of this adapter in its model
   * @return flat, in the order of the layout
   * @throws UnusableModelException when it holds more than the layout has a place for, such as
   *     embeddings, or a matrix of another shape
   */
  public float[] values(LoraLayout layout) throws IOException {
    float[] flat = LoraStack.adapter(layout, this);
    if (!LoraStack.replacements(this).isEmpty()) {
      throw new UnusableModelException(
          adapter.path()
              + " holds embeddings or a head too, which training does not go on with: merge them"
              + " into the base model");
    }
    return flat;
  }

  /** The name in the adapter file of a weight of the base model that the adapter replaces. */
  static String replacement(String weight) {
    return PREFIX + weight;
  }

  /**
   * The weights of the base model that the adapter's file replaces, by their names in the base
   * model.
   */
  public Tensors replacements() {
    return new Tensors() {
      @Override
      public boolean has(String name) {
        return adapter.has(replacement(name));
      }

      @Override
      public long[] shape(String name) throws UnusableModelException {
        return adapter.shape(replacement(name));
      }

      @Override
      public float[] read(String name, long... shape) throws IOException {
        return adapter.read(replacement(name), shape);
      }
    };
  }

  /**
   * Makes sure that nothing in the adapter goes unused.
   *
   * @param used the names of all tensors that were put to use
   */
  void refuseUnused(Set<String> used) throws UnusableModelException {
    Set<String> left = new TreeSet<>(adapter.names());
    left.removeAll(used);
    if (!left.isEmpty()) {
      throw new UnusableModelException(
          adapter.path()
              + " has tensors that the model has no place for, such as "
              + left.iterator().next()
              + ": give the checkpoints of this very model, LoRA on its linear layers");
    }
  }
}
