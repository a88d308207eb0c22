package io.sluice.gpuworker.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The weights of a decoder: those of its folder, but for the ones that a checkpoint replaces.
 *
 * <p>PEFT stores the embedding and the head with the adapter when tokens were added to the
 * vocabulary before the warm-up.
 */
public final class DecoderWeights {
  /** What a checkpoint may replace. */
  static final List<String> REPLACEABLE = List.of("model.embed_tokens.weight", "lm_head.weight");

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final NDManager manager;
  private final Tensors base;
  private final Optional<LoraCheckpoint> replacing;

  private DecoderWeights(NDManager manager, Tensors base, Optional<LoraCheckpoint> replacing) {
    this.manager = manager;
    this.base = base;
    this.replacing = replacing;
  }

  /**
   * Opens the weights of a folder as they are.
   *
   * @param manager owns the arrays
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder) throws IOException {
    return new DecoderWeights(manager, tensors(modelFolder), Optional.empty());
  }

  /**
   * Opens the weights of a folder for a checkpoint.
   *
   * @param manager owns the arrays
   * @param replacing the checkpoint whose embedding and head, if it has any, take precedence
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder, LoraCheckpoint replacing)
      throws IOException {
    return new DecoderWeights(manager, tensors(modelFolder), Optional.of(replacing));
  }

  private static Tensors tensors(Path modelFolder) throws IOException {
    Path first = files(modelFolder).get(0);
    return first.endsWith(INDEX) ? Shards.open(first) : Safetensors.open(first);
  }

  /**
   * The files with a model's weights: {@code model.safetensors}, or an index and the files that it
   * names.
   *
   * @throws UnusableModelException when one is missing
   */
  public static List<Path> files(Path modelFolder) throws IOException {
    Path index = modelFolder.resolve(INDEX);
    if (Files.exists(modelFolder.resolve(SINGLE)) || !Files.exists(index)) {
      return List.of(
          UnusableModelException.required(
              modelFolder,
              SINGLE,
              "save the weights with save_pretrained(folder, safe_serialization=True)"));
    }
    return Stream.concat(Stream.of(index), Shards.files(index).stream()).toList();
  }

  boolean replaced(String name) {
    return replacement(name).isPresent();
  }

  private Optional<Tensors> replacement(String name) {
    return replacing
        .<Tensors>map(LoraCheckpoint::adapter)
        .filter(adapter -> adapter.has(LoraCheckpoint.replacement(name)));
  }

  /** A matrix of any number of rows, shape [rows, width]. */
  NDArray rows(String name, int width) throws IOException {
    Tensors source = replacement(name).orElse(base);
    String stored = replaced(name) ? LoraCheckpoint.replacement(name) : name;
    int rows = source.rows(stored);
    return manager.create(source.read(stored, rows, width), new Shape(rows, width));
  }

  /** A vector, shape [width]. */
  NDArray vector(String name, int width) throws IOException {
    return manager.create(base.read(name, width));
  }

  Linear linear(String module, int in, int out, boolean bias) throws IOException {
    NDArray weight = manager.create(base.read(module + ".weight", out, in), new Shape(out, in));
    return new Linear(
        module, weight, bias ? Optional.of(vector(module + ".bias", out)) : Optional.empty());
  }
}
