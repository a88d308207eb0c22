package io.sluice.gpuworker.embedding;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * An ONNX file, loaded by DJL's engine for ONNX Runtime on the CPU. Each call runs on the calling
 * thread alone. Thread-safe.
 */
final class OnnxStates implements AutoCloseable {
  private static final String ENGINE = "OnnxRuntime";
  private static final Map<String, String> OPTIONS =
      Map.of("interOpNumThreads", "1", "intraOpNumThreads", "1");

  private final OnnxFile file;
  private final Model model;

  private OnnxStates(OnnxFile file, Model model) {
    this.file = file;
    this.model = model;
  }

  /**
   * Loads a file.
   *
   * @throws UnusableModelException when the engine refuses it
   */
  static OnnxStates open(OnnxFile file) throws IOException {
    // Without this, the engine also starts PyTorch, for operations that are not used.
    setDefault("ai.djl.onnx.disable_alternative", "true");
    setDefault("ai.djl.offline", "true");
    Model model = Engine.getEngine(ENGINE).newModel("sentence-embedding", Device.cpu());
    try {
      model.load(
          file.path().toAbsolutePath().getParent(), file.path().getFileName().toString(), OPTIONS);
      return new OnnxStates(file, model);
    } catch (MalformedModelException e) {
      model.close();
      throw new UnusableModelException(
          file.path()
              + " cannot be loaded: "
              + Optional.ofNullable(e.getCause()).orElse(e).getMessage()
              + ": export the model again, with operators of ONNX alone",
          e);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Computes the states of one text's tokens.
   *
   * @param ids the token ids, at least one
   * @param types the type id of each
   * @return the states, one after another
   * @throws ai.djl.engine.EngineException when the engine fails
   */
  float[] of(long[] ids, long[] types) {
    try (NDManager scratch = model.getNDManager().newSubManager()) {
      NDList inputs = new NDList(array(scratch, OnnxFile.IDS, ids));
      if (file.inputs().contains(OnnxFile.MASK)) {
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 1);
        inputs.add(array(scratch, OnnxFile.MASK, mask));
      }
      if (file.inputs().contains(OnnxFile.TYPES)) {
        inputs.add(array(scratch, OnnxFile.TYPES, types));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(scratch, true), inputs, false);
      return outputs.get(file.states()).toFloatArray();
    }
  }

  private NDArray array(NDManager manager, String name, long[] values) {
    Shape shape = new Shape(1, values.length);
    NDArray array =
        file.narrow().contains(name)
            ? manager.create(Arrays.stream(values).mapToInt(Math::toIntExact).toArray(), shape)
            : manager.create(values, shape);
    array.setName(name);
    return array;
  }

  @Override
  public void close() {
    model.close();
  }
}
