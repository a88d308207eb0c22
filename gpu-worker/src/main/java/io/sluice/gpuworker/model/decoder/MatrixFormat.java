package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** How a weight matrix is kept in memory, and how it takes part in products. */
interface MatrixFormat {
  /** A matrix of 32-bit floats. */
  MatrixFormat PLAIN =
      new MatrixFormat() {
        @Override
        public NDArray product(NDArray x, NDArray weight, Optional<NDArray> bias) {
          return x.getNDArrayInternal().linear(x, weight, bias.orElse(null)).head();
        }

        @Override
        public NDArray widened(NDArray rows) {
          return rows;
        }

        @Override
        public boolean widens() {
          return false;
        }
      };

  /**
   * Multiplies inputs by the transposed matrix and adds the bias.
   *
   * @param x 32-bit floats, shape [..., in]
   * @param weight in this format, shape [out, in]
   * @param bias 32-bit floats, shape [out]
   * @return 32-bit floats, shape [..., out]
   */
  NDArray product(NDArray x, NDArray weight, Optional<NDArray> bias);

  /** Converts rows of a matrix in this format to 32-bit floats. */
  NDArray widened(NDArray rows);

  /**
   * Whether a product creates a copy of the matrix in 32 bits, which a graph of gradients then
   * keeps.
   */
  boolean widens();
}
