package io.sluice.gpuworker.model.lora;

import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.model.fields.AdapterFields;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A warm-up checkpoint on disk: a PEFT LoRA adapter.
 *
 * @param folder the folder of the checkpoint
 * @param rank the rank of every adapted module
 * @param scaling the factor for the adapter's output: {@code alpha / r}, or {@code alpha / sqrt(r)}
 *     for rank-stabilised adapters (rsLoRA)
 * @param targets the layers that the config says are adapted
 * @param savedModules the modules that were trained whole: {@code embed_tokens}, {@code lm_head},
 *     both or none
 * @param adapter the opened {@code adapter_model.safetensors}
 */
public record LoraCheckpoint(
    Path folder,
    int rank,
    float scaling,
    LoraTargets targets,
    Set<String> savedModules,
    Safetensors adapter) {
  private static final String PREFIX = "base_model.model.";
  private static final String EMBEDDING = "embed_tokens";
  private static final String HEAD = "lm_head";
  private static final String WEIGHT = ".weight";

  /** What PEFT puts into the name of the weight of a layer that has an adapter. */
  private static final String ADAPTED = ".base_layer";

  /** Takes an unmodifiable copy of the set. */
  public LoraCheckpoint {
    savedModules = Set.copyOf(savedModules);
  }

  /**
   * Opens a checkpoint folder as written by the Hugging Face Trainer.
   *
   * @throws UnusableModelException when a file is missing or damaged, or the adapter uses an
   *     unsupported setting
   */
  public static LoraCheckpoint open(Path folder) throws IOException {
    JsonFile config = config(folder);
    AdapterFields.ADAPTER.check(config);
    Path file =
        UnusableModelException.required(
            folder, "adapter_model.safetensors", "save the adapter in the safetensors format");
    int rank = config.count("r");
    double root = config.flag("use_rslora", false) ? Math.sqrt(rank) : rank;
    Safetensors adapter = Safetensors.open(file);
    return new LoraCheckpoint(
        folder,
        rank,
        (float) (config.number("lora_alpha") / root),
        LoraTargets.read(config),
        savedModules(config, adapter),
        adapter);
  }

  private static JsonFile config(Path folder) throws IOException {
    return JsonFile.read(
        UnusableModelException.required(
            folder,
            "adapter_config.json",
            "give the folder of a PEFT LoRA checkpoint, such as run/checkpoint-100"));
  }

  /**
   * The dropout with which an adapter was trained: the probability that an input of it was dropped.
   *
   * @throws UnusableModelException when its config is missing or damaged
   */
  public static double dropout(Path folder) throws IOException {
    return config(folder).number("lora_dropout", 0);
  }

  private static Set<String> savedModules(JsonFile config, Safetensors adapter)
      throws UnusableModelException {
    Set<String> saved = new TreeSet<>();
    for (String module : config.texts("modules_to_save")) {
      String name = module.substring(module.lastIndexOf('.') + 1);
      Optional<String> weight =
          DecoderWeights.REPLACEABLE.stream()
              .filter(replaceable -> ("." + replaceable).endsWith("." + name + ".weight"))
              .findFirst();
      if (weight.isEmpty()) {
        throw config.unusable(
            "modules_to_save names " + module + ", which is not supported",
            "train LoRA parameters only");
      }
      if (!adapter.has(trained(weight.get()))) {
        throw config.unusable(
            "modules_to_save names "
                + module
                + ", but "
                + adapter.path().getFileName()
                + " has no "
                + trained(weight.get()),
            "use the adapter and the config of the same training run");
      }
      saved.add(name);
    }
    return saved;
  }

  /**
   * Whether the checkpoint adapts a module.
   *
   * @throws UnusableModelException when the config contradicts the file: it names other layers, or
   *     another rank, so that the scaling would be wrong
   */
  boolean adapts(String module) throws UnusableModelException {
    String name = adapterTensor(module, "lora_A");
    boolean adapted = adapter.has(name);
    if (targets.contradicts(module, adapted)) {
      throw new UnusableModelException(
          adapter.path()
              + (adapted ? " has " : " has no ")
              + name
              + ", but adapter_config.json "
              + (adapted ? "does not name" : "names")
              + " that layer (target_modules, exclude_modules, layers_to_transform): use the adapter and the config of the same training run");
    }
    if (!adapted) {
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
    LoraStack.rejectUnused(layout, this);
    float[] flat = new float[layout.size()];
    for (LoraLayout.Parameter parameter : layout.parameters()) {
      float[] matrix = adapter.read(parameter.stored(), parameter.rows(), parameter.columns());
      System.arraycopy(matrix, 0, flat, parameter.offset(), matrix.length);
    }
    if (!LoraStack.replacements(this).isEmpty()) {
      throw new UnusableModelException(
          adapter.path()
              + " also contains embeddings or a head, with which training cannot continue: merge them"
              + " into the base model");
    }
    return flat;
  }

  /**
   * The name, in the adapter file, of the replacement for a weight of the base model, or the name
   * that it would have. PEFT stores an embedding or head that was trained whole under its name, and
   * under another name one that was only there when an adapter of it was trained.
   */
  static String replacement(String weight, Tensors adapter) {
    String adapted =
        PREFIX + weight.substring(0, weight.length() - WEIGHT.length()) + ADAPTED + WEIGHT;
    return adapter.has(adapted) && !adapter.has(trained(weight)) ? adapted : trained(weight);
  }

  private static String trained(String weight) {
    return PREFIX + weight;
  }

  /** The embedding and the head in the adapter file, in place of those of the base model. */
  public Replacements replacements() {
    return new Replacements(
        new Renamed(adapter), savedModules.contains(EMBEDDING), savedModules.contains(HEAD));
  }

  /** The tensors of an adapter file under their names in the base model. */
  private record Renamed(Safetensors adapter) implements Tensors {
    @Override
    public Set<String> names() {
      return adapter.names().stream()
          .filter(name -> name.startsWith(PREFIX))
          .map(name -> name.substring(PREFIX.length()).replace(ADAPTED + WEIGHT, WEIGHT))
          .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean has(String name) {
      return adapter.has(replacement(name, adapter));
    }

    @Override
    public long[] shape(String name) throws UnusableModelException {
      return adapter.shape(replacement(name, adapter));
    }

    @Override
    public float[] read(String name, long... shape) throws IOException {
      return adapter.read(replacement(name, adapter), shape);
    }

    @Override
    public ElementType type(String name) throws UnusableModelException {
      return adapter.type(replacement(name, adapter));
    }

    @Override
    public void read(String name, long from, ByteBuffer into, long... shape) throws IOException {
      adapter.read(replacement(name, adapter), from, into, shape);
    }
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
