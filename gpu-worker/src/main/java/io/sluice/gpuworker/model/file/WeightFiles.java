package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tensors spread over several safetensors files of one folder, as the index beside them tells:
 * {@code {"weight_map": {name: file}}}.
 */
public final class WeightFiles implements Tensors {
  private final Path index;
  private final Map<String, Safetensors> byTensor;

  private WeightFiles(Path index, Map<String, Safetensors> byTensor) {
    this.index = index;
    this.byTensor = Map.copyOf(byTensor);
  }

  /**
   * Opens all files of an index.
   *
   * @throws UnusableModelException when a file or a tensor in it is missing
   */
  public static WeightFiles open(Path index) throws IOException {
    Map<Path, Safetensors> files = new HashMap<>();
    for (Path file : files(index)) {
      files.put(file, Safetensors.open(file));
    }
    Map<String, Safetensors> byTensor = new HashMap<>();
    for (Map.Entry<String, Path> entry : places(index).entrySet()) {
      Safetensors file = files.get(entry.getValue());
      file.shape(entry.getKey());
      byTensor.put(entry.getKey(), file);
    }
    return new WeightFiles(index, byTensor);
  }

  /** The files of an index, sorted. */
  public static List<Path> files(Path index) throws IOException {
    return places(index).values().stream().distinct().sorted().toList();
  }

  private static Map<String, Path> places(Path index) throws IOException {
    JsonFile json = JsonFile.read(index);
    Map<String, Path> places = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : json.root().path("weight_map").properties()) {
      places.put(entry.getKey(), file(index, entry.getValue().asText()));
    }
    if (places.isEmpty()) {
      throw new UnusableModelException(index + " has no weight_map: get the file again");
    }
    return places;
  }

  /** An index names files beside it; another one has been tampered with. */
  private static Path file(Path index, String name) throws UnusableModelException {
    if (!name.endsWith(".safetensors") || name.contains("/") || name.contains("\\")) {
      throw new UnusableModelException(
          index + " names the file '" + name + "': only .safetensors files beside it are read");
    }
    return UnusableModelException.required(
        index.resolveSibling("").toAbsolutePath(), name, index + " names it: get it as well");
  }

  @Override
  public boolean has(String name) {
    return byTensor.containsKey(name);
  }

  @Override
  public long[] shape(String name) throws UnusableModelException {
    return holder(name).shape(name);
  }

  @Override
  public float[] read(String name, long... shape) throws IOException {
    return holder(name).read(name, shape);
  }

  private Safetensors holder(String name) throws UnusableModelException {
    if (!has(name)) {
      throw new UnusableModelException(index + " has no tensor " + name);
    }
    return byTensor.get(name);
  }
}
