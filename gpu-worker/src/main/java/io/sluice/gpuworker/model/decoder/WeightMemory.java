package io.sluice.gpuworker.model.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.file.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Loads weights from files into the memory of the engine. They are read right into it, without a
 * copy on the Java heap; one that is kept in another type is converted there. Not thread-safe.
 */
final class WeightMemory {
  private final NDManager manager;
  private final WeightSettings settings;
  private final NarrowOperations operations;
  private final NDArray destination;
  private final LoadingLog log;

  /**
   * Prepares loading.
   *
   * @param manager owns what is loaded
   * @param bytes the size of all weights in the files, for the progress
   */
  WeightMemory(NDManager manager, WeightSettings settings, long bytes) throws IOException {
    this.manager = manager;
    this.settings = settings;
    operations = NarrowOperations.open(manager);
    destination = manager.create(0f);
    log = new LoadingLog(bytes);
  }

  /** Loads a matrix in the type in which matrices are kept. */
  Matrix matrix(Tensors source, String name, int rows, int width) throws IOException {
    ElementType kept = settings.dtype().kept(source.type(name));
    return new Matrix(
        load(source, name, kept, rows, width),
        kept == ElementType.F32 ? MatrixFormat.PLAIN : operations.format(settings.compute()));
  }

  /** Loads a vector in 32 bits, with the precision of the type in which matrices are kept. */
  NDArray vector(Tensors source, String name, int width) throws IOException {
    return load(source, name, ElementType.F32, width);
  }

  private NDArray load(Tensors source, String name, ElementType wanted, long... shape)
      throws IOException {
    ElementType stored = source.type(name);
    ElementType kept = settings.dtype().kept(stored);
    try (NDManager scratch = manager.newSubManager(Device.cpu())) {
      NDArray array = read(scratch, source, name, shape);
      NDArray rounded = kept == stored ? array : operations.convert(array, kept);
      NDArray converted = wanted == kept ? rounded : operations.convert(rounded, wanted);
      NDArray placed =
          manager.getDevice().isGpu() ? operations.move(converted, destination) : converted;
      placed.attach(manager);
      return placed;
    }
  }

  private NDArray read(NDManager scratch, Tensors source, String name, long... shape)
      throws IOException {
    NDArray array = operations.empty(scratch, source.type(name), new Shape(shape));
    ByteBuffer memory = bytes(array);
    source.read(name, memory, shape);
    log.read(memory.position());
    return array;
  }

  /**
   * Whether two tensors have different values. Stored in the same type, they are compared as they
   * are.
   */
  boolean differ(Tensors source, String one, String other) throws IOException {
    try (NDManager scratch = manager.newSubManager(Device.cpu())) {
      NDArray first = read(scratch, source, one, source.shape(one));
      NDArray second = read(scratch, source, other, source.shape(other));
      return source.type(one) == source.type(other)
          ? !bytes(first).equals(bytes(second))
          : !bytes(operations.convert(first, ElementType.F32))
              .equals(bytes(operations.convert(second, ElementType.F32)));
    }
  }

  /** The memory of an array on the CPU. */
  private static ByteBuffer bytes(NDArray array) {
    return JniUtils.getByteBuffer((PtNDArray) array, true);
  }
}
