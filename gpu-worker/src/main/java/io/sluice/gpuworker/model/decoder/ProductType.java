package io.sluice.gpuworker.model.decoder;

import java.util.Arrays;
import java.util.List;

/**
 * How matrices that are kept in 16 bits take part in products. Everything else (residuals, norms,
 * softmax, adapters, losses and gradients) is computed in 32 bits in any case.
 */
public enum ProductType {
  /** The faster one of the two on this device, according to a measurement. */
  AUTO("auto"),
  /**
   * In 32 bits: a matrix is widened for one product and then released, so that few of them take the
   * memory of 32-bit weights at a time.
   */
  FLOAT32("float32"),
  /**
   * In the type of the matrix: the inputs of the product are rounded to it, the sums are rounded to
   * it, and the result is widened.
   */
  STORED("stored");

  private final String label;

  ProductType(String label) {
    this.label = label;
  }

  /** The name of the type in settings. */
  public String label() {
    return label;
  }

  /** The names of all types. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(ProductType::label).toList();
  }

  /** Looks up a type by its name; throws {@link IllegalArgumentException} if there is none. */
  public static ProductType of(String label) {
    return Arrays.stream(values())
        .filter(type -> type.label.equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("compute " + label + ": choose one of " + labels()));
  }
}
