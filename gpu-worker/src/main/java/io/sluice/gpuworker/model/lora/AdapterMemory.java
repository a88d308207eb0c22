package io.sluice.gpuworker.model.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Loads adapters from files into the memory of the engine. Matrices in 32 bits are read right into
 * it, without a copy on the Java heap; others are widened one at a time.
 */
final class AdapterMemory {
  private AdapterMemory() {}

  /**
   * Loads adapters, one after another.
   *
   * @param manager owns the array
   * @param layout the layout of all of them
   * @return shape [adapters, values per adapter]
   */
  static NDArray load(NDManager manager, LoraLayout layout, List<LoraCheckpoint> checkpoints)
      throws IOException {
    long size = layout.size();
    try (NDManager scratch = manager.newSubManager(Device.cpu())) {
      NDArray values = scratch.create(new Shape(checkpoints.size() * size), DataType.FLOAT32);
      for (int c = 0; c < checkpoints.size(); c++) {
        Safetensors file = checkpoints.get(c).adapter();
        for (LoraLayout.Parameter parameter : layout.parameters()) {
          read(file, parameter, values, c * size + parameter.offset());
        }
      }
      NDArray rows = values.reshape(checkpoints.size(), size);
      NDArray placed = rows.toDevice(manager.getDevice(), false);
      placed.attach(manager);
      return placed;
    }
  }

  private static void read(
      Safetensors file, LoraLayout.Parameter parameter, NDArray values, long begin)
      throws IOException {
    long end = begin + (long) parameter.rows() * parameter.columns();
    try (PtNDArray part = JniUtils.slice((PtNDArray) values, 0, begin, end, 1)) {
      ByteBuffer memory = JniUtils.getByteBuffer(part, true).order(ByteOrder.nativeOrder());
      String name = parameter.stored();
      if (file.type(name) == ElementType.F32) {
        file.read(name, 0, memory, parameter.rows(), parameter.columns());
      } else {
        memory.asFloatBuffer().put(file.read(name, parameter.rows(), parameter.columns()));
      }
    }
  }
}
