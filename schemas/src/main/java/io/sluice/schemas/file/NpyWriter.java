package io.sluice.schemas.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Writes a .npy file of float32 piece by piece, so that the array need not fit into memory. The
 * file has format version 1.0, C order, little-endian. Not thread-safe.
 */
public final class NpyWriter implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final OutputStream out;
  private final long[] shape;
  private long left;

  private NpyWriter(OutputStream out, long[] shape) {
    this.out = out;
    this.shape = shape;
    this.left = LongStream.of(shape).reduce(1, Math::multiplyExact);
  }

  /**
   * Creates or overwrites a file and writes the header.
   *
   * @param shape two or more sizes, outermost first, none negative
   * @throws IOException when the file cannot be written
   */
  public static NpyWriter create(Path file, long... shape) throws IOException {
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
    out.write(NpyHeader.encode(NpyFile.FLOAT32, shape));
    return new NpyWriter(out, shape.clone());
  }

  /**
   * Appends values in C order.
   *
   * @throws IllegalArgumentException when the file would hold more values than its shape
   */
  public void write(float[] values) throws IOException {
    left -= values.length;
    if (left < 0) {
      throw new IllegalArgumentException(
          -left + " values too many for shape " + Arrays.toString(shape));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  /** Completes the file. When fewer values were written than its shape has, reading it fails. */
  @Override
  public void close() throws IOException {
    out.close();
  }
}
