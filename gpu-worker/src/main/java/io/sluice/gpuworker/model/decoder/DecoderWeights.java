package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.gpuworker.model.file.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The weights of a decoder: those in the model's folder, except for the ones that a checkpoint
 * replaces.
 *
 * <p>PEFT stores the embedding and the head with the adapter when tokens were added to the
 * vocabulary before the warm-up.
 */
public final class DecoderWeights {
  /** The names of the weights that a checkpoint can replace. */
  public static final List<String> REPLACEABLE =
      List.of("model.embed_tokens.weight", "lm_head.weight");

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final NDManager manager;
  private final Tensors base;
  private final Optional<Tensors> replacing;

  private DecoderWeights(NDManager manager, Tensors base, Optional<Tensors> replacing) {
    this.manager = manager;
    this.base = base;
    this.replacing = replacing;
  }

  /**
   * Opens the weights of a model folder, without replacements.
   *
   * @param manager owns the arrays that are created from the weights
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder) throws IOException {
    return new DecoderWeights(manager, tensors(modelFolder), Optional.empty());
  }

  /**
   * Opens the weights of a model folder, of which a checkpoint can replace some.
   *
   * @param manager owns the arrays that are created from the weights
   * @param replacing takes precedence for the weights in {@link #REPLACEABLE} that it contains;
   *     uses the names of the base model
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder, Tensors replacing)
      throws IOException {
    return new DecoderWeights(manager, tensors(modelFolder), Optional.of(replacing));
  }

  private static Tensors tensors(Path modelFolder) throws IOException {
    Path first = files(modelFolder).get(0);
    return first.endsWith(INDEX) ? WeightFiles.open(first) : Safetensors.open(first);
  }

  /**
   * The files that hold a model's weights: {@code model.safetensors}, or the index and the files
   * that it names.
   *
   * @throws UnusableModelException when a file is missing
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
    return Stream.concat(Stream.of(index), WeightFiles.files(index).stream()).toList();
  }

  boolean replaced(String name) {
    return replacement(name).isPresent();
  }

  private Optional<Tensors> replacement(String name) {
    return replacing.filter(tensors -> tensors.has(name));
  }

  /** Loads a matrix with any number of rows, shape [rows, width]; it may be replaced. */
  NDArray rows(String name, int width) throws IOException {
    Tensors source = replacement(name).orElse(base);
    int rows = source.rows(name);
    return manager.create(source.read(name, rows, width), new Shape(rows, width));
  }

  /** Loads a vector of the base model, shape [width]. */
  NDArray vector(String name, int width) throws IOException {
    return manager.create(base.read(name, width));
  }

  Linear linear(String module, int in, int out, boolean bias) throws IOException {
    NDArray weight = manager.create(base.read(module + ".weight", out, in), new Shape(out, in));
    return new Linear(
        module, weight, bias ? Optional.of(vector(module + ".bias", out)) : Optional.empty());
  }
}
