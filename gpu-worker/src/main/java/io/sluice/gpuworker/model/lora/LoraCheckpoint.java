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
 * @param folder the folder of the checkpoint
 * @param rank the rank of every adapted module
 * @param scaling the factor for the adapter's output: {@code alpha / r}, or {@code alpha / sqrt(r)}
 *     for rank-stabilised adapters (rsLoRA)
 * @param adapter the opened {@code adapter_model.safetensors}
 */
public record LoraCheckpoint(Path folder, int rank, float scaling, Safetensors adapter) {
  private static final String PREFIX = "base_model.model.";
  private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "lm_head");

  /** Settings that change what an adapter computes, and the only supported value of each. */
  private static final Map<String, String> SUPPORTED =
      Map.of(
          "peft_type", "LORA",
          "bias", "none",
          "use_dora", "false",
          "fan_in_fan_out", "false",
          "lora_bias", "false");

  /**
   * Opens a checkpoint folder as written by the Hugging Face Trainer.
   *
   * @throws UnusableModelException when a file is missing or damaged, or the adapter uses an
   *     unsupported setting
   */
  public static LoraCheckpoint open(Path folder) throws IOException {
    JsonFile config =
        JsonFile.read(
            UnusableModelException.required(
                folder,
                "adapter_config.json",
                "give the folder of a PEFT LoRA checkpoint, such as run/checkpoint-100"));
    rejectUnsupported(config);
    Path adapter =
        UnusableModelException.required(
            folder, "adapter_model.safetensors", "save the adapter in the safetensors format");
    int rank = config.count("r");
    double root = config.flag("use_rslora", false) ? Math.sqrt(rank) : rank;
    return new LoraCheckpoint(
        folder, rank, (float) (config.number("lora_alpha") / root), Safetensors.open(adapter));
  }

  private static void rejectUnsupported(JsonFile config) throws UnusableModelException {
    for (Map.Entry<String, String> setting : SUPPORTED.entrySet()) {
      String name = setting.getKey();
      String only = setting.getValue();
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
   * Whether the checkpoint adapts a module.
   *
   * @throws UnusableModelException when the rank differs from that in the config, so that the
   *     scaling would be wrong
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
              + ": use the adapter and the config of the same training run");
    }
    return true;
  }

  /**
   * The name of a LoRA matrix in the adapter file; {@code factor} is {@code lora_A} or {@code
   * lora_B}.
   */
  static String adapterTensor(String module, String factor) {
    return PREFIX + module + "." + factor + ".weight";
  }

  /** The name that a LoRA matrix has among the parameters of PEFT's model during training. */
  static String parameter(String module, String factor) {
    return PREFIX + module + "." + factor + ".default.weight";
  }

  /** Converts the name of a parameter during training to that in the adapter file. */
  static String stored(String parameter) {
    return parameter.replace(".default.weight", ".weight");
  }

  /**
   * Reads the values of the adapter's matrices.
   *
   * @param layout the layout of this adapter in its model
   * @return a flat vector in the order of the layout
   * @throws UnusableModelException when the adapter contains tensors that are not in the layout,
   *     such as embeddings, or a matrix of another shape
   */
  public float[] values(LoraLayout layout) throws IOException {
    float[] flat = LoraStack.adapter(layout, this);
    if (!LoraStack.replacements(this).isEmpty()) {
      throw new UnusableModelException(
          adapter.path()
              + " also contains embeddings or a head, with which training cannot continue: merge them"
              + " into the base model");
    }
    return flat;
  }

  /** The name, in the adapter file, of the replacement for a weight of the base model. */
  static String replacement(String weight) {
    return PREFIX + weight;
  }

  /**
   * The replacements for weights of the base model in the adapter file, under their names in the
   * base model.
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
   * Rejects an adapter file with tensors that are not used.
   *
   * @param used the names of all tensors that are used
   * @throws UnusableModelException when the file contains any other tensor
   */
  void rejectUnused(Set<String> used) throws UnusableModelException {
    Set<String> unused = new TreeSet<>(adapter.names());
    unused.removeAll(used);
    if (!unused.isEmpty()) {
      throw new UnusableModelException(
          adapter.path()
              + " contains tensors that do not belong to the model, such as "
              + unused.iterator().next()
              + ": use a checkpoint that was trained from this model, with LoRA on linear layers only");
    }
  }
}
