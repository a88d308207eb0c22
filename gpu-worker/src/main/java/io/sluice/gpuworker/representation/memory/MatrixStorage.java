package io.sluice.gpuworker.representation.memory;

/**
 * How weight matrices are kept.
 *
 * @param bytes the bytes of a value: 2 or 4
 * @param widened whether each product makes a copy in 32 bits
 */
public record MatrixStorage(int bytes, boolean widened) {
  /** In 32 bits. */
  public static final MatrixStorage FLOAT32 = new MatrixStorage(Float.BYTES, false);
}
