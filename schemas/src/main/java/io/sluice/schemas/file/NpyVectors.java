package io.sluice.schemas.file;

import io.sluice.schemas.encoding.Half;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Reads a .npy file of vectors, shape [checkpoints, examples, dimension], of float16 or float32,
 * one vector at a time, so that the array need not fit into memory. Not thread-safe.
 */
public final class NpyVectors implements AutoCloseable {
  private final Path file;
  private final InputStream in;
  private final NpyHeader header;

  private NpyVectors(Path file, InputStream in, NpyHeader header) {
    this.file = file;
    this.in = in;
    this.header = header;
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws IOException when the file cannot be read or does not hold such an array
   */
  public static NpyVectors open(Path file) throws IOException {
    InputStream in = NpyFile.open(file);
    try {
      NpyHeader header = NpyFile.header(file, in, 3, NpyFile.FLOAT32, NpyFile.FLOAT16);
      if (header.fortranOrder()) {
        throw new IOException(
            file + " is stored in Fortran order: save the array with numpy.ascontiguousarray");
      }
      return new NpyVectors(file, in, header);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The number of checkpoints. */
  public int checkpoints() {
    return header.size(0);
  }

  /** The number of examples. */
  public int examples() {
    return header.size(1);
  }

  /** The number of values per vector. */
  public int dimension() {
    return header.size(2);
  }

  /**
   * Reads all vectors, those of the first checkpoint first.
   *
   * @param visitor receives each vector; float16 widened to float32, NaN and infinities unchanged
   * @throws IOException when the file cannot be read
   */
  public void forEach(Visitor visitor) throws IOException {
    int itemBytes = NpyFile.itemBytes(header);
    for (int checkpoint = 0; checkpoint < checkpoints(); checkpoint++) {
      for (int example = 0; example < examples(); example++) {
        byte[] bytes = in.readNBytes(dimension() * itemBytes);
        if (bytes.length < dimension() * itemBytes) {
          throw new IOException(file + " was truncated while it was read");
        }
        ByteBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] vector = new float[dimension()];
        for (int i = 0; i < vector.length; i++) {
          vector[i] =
              itemBytes == Short.BYTES ? Half.toFloat(values.getShort()) : values.getFloat();
        }
        visitor.visit(checkpoint, example, vector);
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Receives vectors. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Receives a vector.
     *
     * @param vector a new array, which the visitor may keep
     * @throws IOException when the vector is refused
     */
    void visit(int checkpoint, int example, float[] vector) throws IOException;
  }
}
