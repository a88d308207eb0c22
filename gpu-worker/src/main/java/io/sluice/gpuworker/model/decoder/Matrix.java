package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import java.util.Optional;

/**
 * A weight matrix in the memory of the engine.
 *
 * @param values shape [rows, columns]; unless the format is plain, only {@code format} and methods
 *     that do not ask for the data type may be used on it
 * @param format how it is kept
 */
record Matrix(NDArray values, MatrixFormat format) {
  /** Multiplies inputs, shape [..., columns], by the transposed matrix and adds the bias. */
  NDArray product(NDArray x, Optional<NDArray> bias) {
    return format.product(x, values, bias);
  }

  /** Looks up rows by their indices, as 32-bit floats, shape [indices, columns]. */
  NDArray rows(NDArray indices) {
    return format.widened(
        indices.getNDArrayInternal().embedding(indices, values, SparseFormat.DENSE).head());
  }

  /** Returns a matrix whose values are replaced by those of the map. */
  Matrix with(WeightMap weights, String name) {
    return new Matrix(weights.of(name, values), format);
  }

  int height() {
    return (int) values.getShape().get(0);
  }

  int width() {
    return (int) values.getShape().get(1);
  }
}
