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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Loads weights from files into the memory of the engine. They are read right into it, without a
 * copy on the Java heap; one that is kept in another type is converted there. Not thread-safe.
 */
final class WeightMemory {
  /** The memory of an array is written in windows, because a Java buffer has less than 2 GiB. */
  private static final int WINDOW = 1 << 30;

  private final NDManager manager;
  private final WeightSettings settings;
  private final NarrowOperations operations;
  private final NDArray destination;
  private final LoadingLog log;
  private final int window;

  /**
   * Prepares loading.
   *
   * @param manager owns what is loaded
   * @param bytes the size of all weights in the files, for the progress
   */
  WeightMemory(NDManager manager, WeightSettings settings, long bytes) throws IOException {
    this(manager, settings, bytes, WINDOW);
  }

  /**
   * Prepares loading, likewise.
   *
   * @param window limit on the bytes of an array that are written at a time, at least those of a
   *     row
   */
  WeightMemory(NDManager manager, WeightSettings settings, long bytes, int window)
      throws IOException {
    this.window = window;
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

  /** Says that all weights have been loaded. */
  void end() {
    log.end();
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
    long from = 0;
    for (ByteBuffer memory : bytes(array, source.type(name))) {
      source.read(name, from, memory, shape);
      from += memory.position();
      log.read(memory.position());
    }
    return array;
  }

  /**
   * Whether two tensors have different shapes or values. Stored in the same type, they are compared
   * as they are.
   */
  boolean differ(Tensors source, String one, Tensors otherSource, String other) throws IOException {
    if (!Arrays.equals(source.shape(one), otherSource.shape(other))) {
      return true;
    }
    try (NDManager scratch = manager.newSubManager(Device.cpu())) {
      NDArray first = read(scratch, source, one, source.shape(one));
      NDArray second = read(scratch, otherSource, other, otherSource.shape(other));
      ElementType type = source.type(one);
      return type == otherSource.type(other)
          ? !bytes(first, type).equals(bytes(second, type))
          : !widened(first).equals(widened(second));
    }
  }

  private List<ByteBuffer> widened(NDArray array) {
    return bytes(operations.convert(array, ElementType.F32), ElementType.F32);
  }

  /**
   * The memory of an array on the CPU, in one buffer or in several one after another. The buffers
   * can be used as long as the array is open.
   */
  private List<ByteBuffer> bytes(NDArray array, ElementType type) {
    Shape shape = array.getShape();
    if (shape.size() * type.bytes() <= window) {
      return List.of(buffer((PtNDArray) array));
    }
    long rows = shape.get(0);
    long step = Math.max(1, window / (shape.size() / rows * type.bytes()));
    List<ByteBuffer> windows = new ArrayList<>();
    for (long first = 0; first < rows; first += step) {
      long end = Math.min(rows, first + step);
      try (PtNDArray part = JniUtils.slice((PtNDArray) array, 0, first, end, 1)) {
        windows.add(buffer(part));
      }
    }
    return windows;
  }

  private static ByteBuffer buffer(PtNDArray array) {
    return JniUtils.getByteBuffer(array, true);
  }
}
