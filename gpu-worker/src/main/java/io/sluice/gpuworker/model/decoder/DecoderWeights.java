package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Safetensors;
import io.sluice.gpuworker.model.file.Tensors;
import io.sluice.gpuworker.model.file.UnusableModelException;
import io.sluice.gpuworker.model.file.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The weights of a decoder: those in the model's folder, except for the ones that a checkpoint
 * replaces. Remembers which ones have been read, so that none is ignored. Not thread-safe.
 *
 * <p>PEFT stores the embedding and the head with the adapter when they were trained, or when tokens
 * were added to the vocabulary before the warm-up.
 */
public final class DecoderWeights {
  /** The names of the weights that a checkpoint can replace. */
  public static final List<String> REPLACEABLE =
      List.of("model.embed_tokens.weight", "lm_head.weight");

  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final WeightMemory memory;
  private final Tensors base;
  private final Replacements replacing;
  private final Set<String> used = new HashSet<>();

  private DecoderWeights(WeightMemory memory, Tensors base, Replacements replacing) {
    this.memory = memory;
    this.base = base;
    this.replacing = replacing;
  }

  /**
   * Opens the weights of a model folder, without replacements, all in 32 bits.
   *
   * @param manager owns the arrays that are created from the weights
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder) throws IOException {
    return open(manager, modelFolder, Replacements.NONE);
  }

  /**
   * Opens the weights of a model folder, of which a checkpoint can replace some, all in 32 bits.
   *
   * @param manager owns the arrays that are created from the weights
   * @param replacing takes precedence for the weights in {@link #REPLACEABLE} that it contains
   */
  public static DecoderWeights open(NDManager manager, Path modelFolder, Replacements replacing)
      throws IOException {
    return open(manager, modelFolder, replacing, WeightSettings.DEFAULT);
  }

  /**
   * Opens the weights of a model folder, of which a checkpoint can replace some.
   *
   * @param manager owns the arrays that are created from the weights
   * @param replacing takes precedence for the weights in {@link #REPLACEABLE} that it contains
   * @param settings how the weights are kept, see {@link WeightSettings#measured}
   */
  public static DecoderWeights open(
      NDManager manager, Path modelFolder, Replacements replacing, WeightSettings settings)
      throws IOException {
    Tensors base = tensors(modelFolder);
    return new DecoderWeights(
        new WeightMemory(manager, settings, bytes(modelFolder)), base, replacing);
  }

  private static long bytes(Path modelFolder) throws IOException {
    long bytes = 0;
    for (Path file : files(modelFolder)) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /**
   * The types of the weights in a model's files. Reads no weights.
   *
   * @throws UnusableModelException when a file is missing or damaged, or a weight has an
   *     unsupported type
   */
  public static Set<ElementType> types(Path modelFolder) throws IOException {
    Tensors tensors = tensors(modelFolder);
    Set<ElementType> types = EnumSet.noneOf(ElementType.class);
    for (String name : tensors.names()) {
      types.add(tensors.type(name));
    }
    return types;
  }

  /**
   * Ends the loading: rejects files with weights that have not been read.
   *
   * @param config the config by which the weights were read
   */
  void end(DecoderConfig config) throws UnusableModelException {
    Set<String> unused = new TreeSet<>(base.names());
    unused.removeAll(used);
    UnexpectedTensors.reject(config, unused);
    memory.end();
  }

  /**
   * The number of tokens in the vocabulary of a model, that is, of rows of its embedding. Reads no
   * weights.
   *
   * @throws UnusableModelException when a file is missing or damaged, or has no embedding
   */
  public static int vocabulary(Path modelFolder) throws IOException {
    return tensors(modelFolder).rows(Embedding.NAME);
  }

  /**
   * The bytes that a model's weights take in memory. Reads no weights.
   *
   * @param dtype the type in which they are kept
   * @throws UnusableModelException when a file is missing or damaged, or a weight has an
   *     unsupported type
   */
  public static long bytes(Path modelFolder, WeightType dtype) throws IOException {
    Tensors tensors = tensors(modelFolder);
    long bytes = 0;
    for (String name : tensors.names()) {
      long values = LongStream.of(tensors.shape(name)).reduce(1, (a, b) -> a * b);
      bytes += values * dtype.kept(tensors.type(name)).bytes();
    }
    return bytes;
  }

  private static Tensors tensors(Path modelFolder) throws IOException {
    Path first = files(modelFolder).get(0);
    Tensors tensors = first.endsWith(INDEX) ? WeightFiles.open(first) : Safetensors.open(first);
    UnexpectedTensors.rejectQuantized(first, tensors.names());
    return tensors;
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
    return replacing.tensors().has(name);
  }

  /** Whether the base model's files have a weight of this name. */
  boolean has(String name) {
    return base.has(name);
  }

  /** Whether the base model's files have both weights, with different values. */
  boolean differ(String name, String other) throws IOException {
    if (!has(name)) {
      return false;
    }
    used.add(name);
    return memory.differ(base, name, base, other);
  }

  /** Whether a replacement has other values than what holds for another weight. */
  boolean replacementDiffers(String name, String other) throws IOException {
    Tensors holder = replaced(other) ? replacing.tensors() : base;
    return memory.differ(replacing.tensors(), name, holder, other);
  }

  /** Whether a tied head keeps the base model's embedding although the embedding is replaced. */
  boolean leavesTiedHead() {
    return replacing.leavesTiedHead();
  }

  /** Whether a head that is replaced is no longer tied to the embedding. */
  boolean separatesHead() {
    return replacing.separatesHead();
  }

  /** Loads a matrix with any number of rows, shape [rows, width]; it may be replaced. */
  Matrix rows(String name, int width) throws IOException {
    if (!replaced(name)) {
      return baseRows(name, width);
    }
    used.add(name);
    return rows(replacing.tensors(), name, width);
  }

  /** Loads a matrix of the base model with any number of rows, shape [rows, width]. */
  Matrix baseRows(String name, int width) throws IOException {
    used.add(name);
    return rows(base, name, width);
  }

  private Matrix rows(Tensors source, String name, int width) throws IOException {
    return memory.matrix(source, name, source.rows(name), width);
  }

  /** Loads a vector of the base model, shape [width]. */
  NDArray vector(String name, int width) throws IOException {
    used.add(name);
    return memory.vector(base, name, width);
  }

  Linear linear(String module, int in, int out, boolean bias) throws IOException {
    String name = module + ".weight";
    used.add(name);
    return new Linear(
        module,
        memory.matrix(base, name, out, in),
        bias ? Optional.of(vector(module + ".bias", out)) : Optional.empty());
  }
}
