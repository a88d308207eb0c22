package io.sluice.gpuworker.embedding;

import io.sluice.gpuworker.embedding.OnnxGraph.Value;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An ONNX file that computes a state for each token of a text.
 *
 * @param path the file
 * @param weights the files with its weights, if these are not in the file itself
 * @param inputs the names of its inputs, of {@link #INPUTS}
 * @param narrow those of the inputs that take 32-bit instead of 64-bit integers
 * @param states the name of the output with the states
 */
record OnnxFile(
    Path path, List<Path> weights, Set<String> inputs, Set<String> narrow, String states) {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";
  private static final Set<String> INPUTS = Set.of(IDS, MASK, TYPES);

  /** The names of the states in exports of transformers and of sentence-transformers. */
  private static final List<String> STATES = List.of("last_hidden_state", "token_embeddings");

  private static final int STATES_AXES = 3;
  private static final String SUFFIX = ".onnx";
  private static final String NAME = "model" + SUFFIX;
  private static final String FOLDER = "onnx";
  private static final String EXPORT =
      "export the model with the inputs input_ids, attention_mask and token_type_ids (if it has them),"
          + " the output last_hidden_state in 32-bit floats, and axes of any size for batch and"
          + " length";

  OnnxFile {
    weights = List.copyOf(weights);
    inputs = Set.copyOf(inputs);
    narrow = Set.copyOf(narrow);
  }

  /**
   * Finds the file in a model's folder, where sentence-transformers looks for it: {@code
   * model.onnx}, or {@code onnx/model.onnx}, or else the only one in these two folders.
   *
   * @throws UnusableModelException when there is none or it cannot be used
   */
  static OnnxFile find(Path folder) throws IOException {
    for (Path path : List.of(folder.resolve(NAME), folder.resolve(FOLDER).resolve(NAME))) {
      if (Files.isRegularFile(path)) {
        return read(path);
      }
    }
    List<Path> others = new ArrayList<>(files(folder));
    others.addAll(files(folder.resolve(FOLDER)));
    if (others.size() == 1) {
      return read(others.get(0));
    }
    throw new UnusableModelException(
        others.isEmpty()
            ? folder + " has no model.onnx and no onnx/model.onnx: export the model to ONNX"
            : "%s has no model.onnx and no onnx/model.onnx, but %s: give the one that is to be used this name"
                .formatted(folder, others.stream().map(folder::relativize).toList()));
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(SUFFIX))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private static OnnxFile read(Path path) throws IOException {
    OnnxGraph graph;
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      if (file.size() > Integer.MAX_VALUE) {
        throw new UnusableModelException(
            path + " is larger than 2 GiB: export it with its weights in a file of their own");
      }
      graph = OnnxGraph.parse(path.toString(), file.map(MapMode.READ_ONLY, 0, file.size()));
    }
    Set<String> inputs = new TreeSet<>();
    Set<String> narrow = new TreeSet<>();
    for (Value input : graph.inputs()) {
      requireUsable(path, input);
      inputs.add(input.name());
      if (input.type() == Value.INT32) {
        narrow.add(input.name());
      }
    }
    if (!inputs.contains(IDS)) {
      throw unusable(path, "has no input " + IDS);
    }
    return new OnnxFile(path, weights(path, graph), inputs, narrow, states(path, graph.outputs()));
  }

  private static void requireUsable(Path path, Value input) throws UnusableModelException {
    String name = "has the input " + input.name();
    if (!INPUTS.contains(input.name())) {
      throw unusable(path, name);
    }
    if (input.type() != Value.INT64 && input.type() != Value.INT32) {
      throw unusable(path, name + ", which does not take integers");
    }
    List<Long> shape = input.shape();
    if (shape.size() != 2 || shape.get(0) > 1 || shape.get(1) != 0) {
      throw unusable(path, name + ", whose batch or length is fixed: its axes are " + axes(shape));
    }
  }

  private static String states(Path path, List<Value> outputs) throws UnusableModelException {
    Optional<Value> named =
        STATES.stream()
            .flatMap(name -> outputs.stream().filter(output -> output.name().equals(name)))
            .findFirst();
    List<Value> threeAxes =
        outputs.stream().filter(output -> output.shape().size() == STATES_AXES).toList();
    if (named.isEmpty() && threeAxes.size() != 1) {
      throw unusable(
          path,
          "has no output "
              + STATES.get(0)
              + ", but "
              + outputs.stream().map(output -> output.name() + axes(output.shape())).toList());
    }
    Value states = named.orElseGet(() -> threeAxes.get(0));
    if (states.type() != Value.FLOAT) {
      throw unusable(path, "returns " + states.name() + ", not in 32-bit floats");
    }
    return states.name();
  }

  private static List<String> axes(List<Long> shape) {
    return shape.stream().map(size -> size == 0 ? "any" : Long.toString(size)).toList();
  }

  /** A file with weights must lie in the folder of the ONNX file, or below it. */
  private static List<Path> weights(Path path, OnnxGraph graph) throws UnusableModelException {
    List<Path> weights = new ArrayList<>();
    for (String name : new TreeSet<>(graph.files())) {
      Path file;
      try {
        file = FolderPaths.inside(path.resolveSibling(""), name);
      } catch (InvalidPathException e) {
        throw unusable(path, "names the file '" + name + "'");
      }
      if (!Files.isRegularFile(file)) {
        throw new UnusableModelException(
            file + " is missing: " + path + " has its weights there, copy it as well");
      }
      weights.add(file);
    }
    return weights;
  }

  private static UnusableModelException unusable(Path path, String problem) {
    return new UnusableModelException(path + " " + problem + ": " + EXPORT);
  }
}
