package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.model.file.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Operations on arrays of 16-bit floats.
 *
 * <p>PyTorch computes with bfloat16, but DJL's native interface does not know the type: a call that
 * creates such an array, or asks for its data type, ends the process. The operations are therefore
 * methods of a small TorchScript module, whose source lies beside it in the resources. Thread-safe.
 */
final class NarrowOperations {
  private static final String SCRIPT = "narrow_operations.pt";

  /** How the engine marks an input that is not one, but names the method to call. */
  private static final String METHOD = "module_method:";

  private final PtSymbolBlock script;
  private final Map<Method, NDArray> markers;

  /** The methods of the module, by their names there; {@code forward} is the product. */
  private enum Method {
    EMPTY_BFLOAT16,
    TO_FLOAT32,
    TO_BFLOAT16,
    TO_FLOAT16,
    TO_DEVICE;

    private String marker() {
      return METHOD + name().toLowerCase(Locale.ROOT);
    }
  }

  private NarrowOperations(PtSymbolBlock script, Map<Method, NDArray> markers) {
    this.script = script;
    this.markers = markers;
  }

  /**
   * Loads the module.
   *
   * @param manager owns the module; results belong to the manager of the first argument
   */
  static NarrowOperations open(NDManager manager) throws IOException {
    Map<Method, NDArray> markers = new EnumMap<>(Method.class);
    for (Method method : Method.values()) {
      NDArray marker = manager.create(0f);
      marker.setName(method.marker());
      markers.put(method, marker);
    }
    try (InputStream in = NarrowOperations.class.getResourceAsStream(SCRIPT)) {
      return new NarrowOperations(
          JniUtils.loadModule((PtNDManager) manager, in, false, false), markers);
    }
  }

  /** Creates an array on the CPU with any content, whose memory can be written. */
  NDArray empty(NDManager manager, ElementType type, Shape shape) {
    return switch (type) {
      case F32 -> manager.create(shape, DataType.FLOAT32);
      case F16 -> manager.create(shape, DataType.FLOAT16);
      case BF16 -> {
        try (NDArray sample = manager.create(shape, DataType.FLOAT16)) {
          yield call(Method.EMPTY_BFLOAT16, sample);
        }
      }
    };
  }

  /** Converts an array; returns a new handle of the same memory if it has the type already. */
  NDArray convert(NDArray array, ElementType type) {
    return switch (type) {
      case F32 -> call(Method.TO_FLOAT32, array);
      case BF16 -> call(Method.TO_BFLOAT16, array);
      case F16 -> call(Method.TO_FLOAT16, array);
    };
  }

  /** Moves an array to the device of another; a new handle of the same memory if it is there. */
  NDArray move(NDArray array, NDArray destination) {
    return call(Method.TO_DEVICE, array, destination);
  }

  /**
   * The format of 16-bit matrices.
   *
   * @param products not {@link ProductType#AUTO}
   */
  MatrixFormat format(ProductType products) {
    return products == ProductType.STORED ? new AsStored() : new Widened();
  }

  private NDArray call(Method method, NDArray... arguments) {
    NDList inputs = new NDList(arguments);
    inputs.add(markers.get(method));
    return run(inputs);
  }

  /** Gradients pass through a call, because it is one of the engine's training mode. */
  private NDArray run(NDList inputs) {
    return IValueUtils.forward(script, inputs, true).head();
  }

  /** A format of 16 bits. */
  private abstract class Narrow implements MatrixFormat {
    @Override
    public NDArray widened(NDArray rows) {
      return convert(rows, ElementType.F32);
    }
  }

  private final class Widened extends Narrow {
    @Override
    public NDArray product(NDArray x, NDArray weight, Optional<NDArray> bias) {
      // The copy is released here, and not with the pass, so that one of them exists at a time.
      try (NDArray wide = widened(weight)) {
        return PLAIN.product(x, wide, bias);
      }
    }

    @Override
    public boolean widens() {
      return true;
    }
  }

  private final class AsStored extends Narrow {
    @Override
    public NDArray product(NDArray x, NDArray weight, Optional<NDArray> bias) {
      NDArray y = run(new NDList(Arrays.asList(x, weight)));
      return bias.map(y::add).orElse(y);
    }

    @Override
    public boolean widens() {
      return false;
    }
  }
}
