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
 * Writes a .npy file of float32 piece by piece, so that the array need never be in memory as a
 * whole: format version 1.0, C order, little-endian.
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
   * Makes a file, or overwrites it.
   *
   * @param shape two sizes or more, outermost first, none negative
   * @throws IOException when it cannot be written
   */
  public static NpyWriter create(Path file, long... shape) throws IOException {
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
    out.write(NpyHeader.of(NpyFile.FLOAT32, shape));
    return new NpyWriter(out, shape.clone());
  }

  /**
   * Appends values.
   *
   * @throws IllegalArgumentException when there are more than the shape has room for
   */
  public void write(float[] values) throws IOException {
    left -= values.length;
    if (left < 0) {
      throw new IllegalArgumentException(
          -left + " values more than shape " + Arrays.toString(shape) + " has");
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  /** Ends the file. One that lacks values is refused when it is read. */
  @Override
  public void close() throws IOException {
    out.close();
  }
}
