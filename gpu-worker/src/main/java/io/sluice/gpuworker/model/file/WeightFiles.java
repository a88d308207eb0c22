package io.sluice.gpuworker.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tensors in several safetensors files of one folder. The index in the same folder maps each tensor
 * to its file: {@code {"weight_map": {name: file}}}. Immutable; threads may share it.
 */
public final class WeightFiles implements Tensors {
  private final Path index;
  private final Map<String, Safetensors> byTensor;

  private WeightFiles(Path index, Map<String, Safetensors> byTensor) {
    this.index = index;
    this.byTensor = Map.copyOf(byTensor);
  }

  /**
   * Opens all files that an index names.
   *
   * @throws UnusableModelException when a file is missing, lacks a tensor that the index assigns to
   *     it, or contains one that the index does not assign to it
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
    for (Safetensors file : files.values()) {
      for (String name : file.names()) {
        if (byTensor.get(name) != file) {
          throw new UnusableModelException(
              file.path()
                  + " contains "
                  + name
                  + ", which "
                  + index.getFileName()
                  + (byTensor.containsKey(name) ? " assigns to another file" : " does not name")
                  + ": download both again");
        }
      }
    }
    return new WeightFiles(index, byTensor);
  }

  /**
   * The files that an index names, sorted by path.
   *
   * @throws UnusableModelException when a file is missing, or is not in the folder of the index
   */
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
      throw new UnusableModelException(
          index + " has no weight_map: get an intact copy of the file");
    }
    return places;
  }

  /** Rejects names outside the folder of the index, which may come from a manipulated index. */
  private static Path file(Path index, String name) throws UnusableModelException {
    if (!name.endsWith(".safetensors") || name.contains("/") || name.contains("\\")) {
      throw new UnusableModelException(
          index
              + " names the file '"
              + name
              + "': it may only name .safetensors files in its own folder");
    }
    return UnusableModelException.required(
        index.resolveSibling("").toAbsolutePath(), name, index + " names it: download it as well");
  }

  @Override
  public Set<String> names() {
    return byTensor.keySet();
  }

  @Override
  public long[] shape(String name) throws UnusableModelException {
    return holder(name).shape(name);
  }

  @Override
  public float[] read(String name, long... shape) throws IOException {
    return holder(name).read(name, shape);
  }

  @Override
  public ElementType type(String name) throws UnusableModelException {
    return holder(name).type(name);
  }

  @Override
  public void read(String name, long from, ByteBuffer into, long... shape) throws IOException {
    holder(name).read(name, from, into, shape);
  }

  private Safetensors holder(String name) throws UnusableModelException {
    if (!has(name)) {
      throw new UnusableModelException(
          index
              + " has no tensor "
              + name
              + ": use the config.json that belongs to it, or download it again");
    }
    return byTensor.get(name);
  }
}
