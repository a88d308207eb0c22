package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sluice.gpuworker.model.file.ElementType;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures whether a device multiplies matrices of 16 bits faster as they are, or widened. The
 * former is the slower one on CPUs without instructions for the type.
 */
final class ProductSpeed {
  private static final Logger LOG = LoggerFactory.getLogger(ProductSpeed.class);
  private static final int ROWS = 128;
  private static final int WIDTH = 1024;

  /** The first run also prepares the engine's kernels; the fastest one counts. */
  private static final int RUNS = 4;

  private ProductSpeed() {}

  static ProductType faster(NDManager manager, ElementType type) throws IOException {
    try (NDManager scratch = manager.newSubManager()) {
      NarrowOperations operations = NarrowOperations.open(scratch);
      NDArray x = scratch.ones(new Shape(1, ROWS, WIDTH));
      NDArray weight = operations.convert(scratch.ones(new Shape(WIDTH, WIDTH)), type);
      double stored = milliseconds(x, weight, operations.format(ProductType.STORED));
      double widened = milliseconds(x, weight, operations.format(ProductType.FLOAT32));
      ProductType faster = stored < widened ? ProductType.STORED : ProductType.FLOAT32;
      LOG.atInfo()
          .addKeyValue("type", type)
          .addKeyValue("storedMilliseconds", stored)
          .addKeyValue("widenedMilliseconds", widened)
          .addKeyValue("compute", faster.label())
          .log("Measured how the device multiplies weights of 16 bits");
      return faster;
    }
  }

  /** The time of a product whose result is awaited, since a GPU only queues its operations. */
  private static double milliseconds(NDArray x, NDArray weight, MatrixFormat format) {
    long best = Long.MAX_VALUE;
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      try (NDArray product = format.product(x, weight, Optional.empty());
          NDArray sum = product.sum()) {
        sum.getFloat();
      }
      best = Math.min(best, System.nanoTime() - begin);
    }
    return best / 1e6;
  }
}
