package io.sluice.schemas.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads and writes NumPy's array files (.npy), as far as score matrices and lists of indices need
 * it.
 *
 * <p>The format is that of numpy.lib.format, versions 1.0 and 2.0, little-endian. A file of another
 * element type, shape or length is refused with a message that says what to do; nothing is
 * converted.
 */
public final class NpyFile {
  static final String FLOAT32 = "<f4";
  static final String FLOAT16 = "<f2";
  private static final String INT32 = "<i4";
  private static final int ITEM_BYTES = 4;
  private static final int MAX_SIZE = (Integer.MAX_VALUE - 8) / ITEM_BYTES;
  private static final int BUFFER = 1 << 16;

  private NpyFile() {}

  /**
   * Reads a matrix of float32, stored by rows or by columns (Fortran order).
   *
   * @return shape [rows][columns]; NaN and infinities are returned unchanged
   * @throws IOException when the file cannot be read or does not hold such a matrix
   */
  public static float[][] readFloats(Path file) throws IOException {
    try (InputStream in = open(file)) {
      NpyHeader header = header(file, in, 2, FLOAT32);
      float[][] matrix = new float[header.size(0)][header.size(1)];
      if (header.fortranOrder()) {
        readColumns(in, matrix, header.size(1));
      } else {
        for (float[] row : matrix) {
          values(in, row.length).asFloatBuffer().get(row);
        }
      }
      return matrix;
    }
  }

  /**
   * Reads a list of int32.
   *
   * @return shape [length]
   * @throws IOException when the file cannot be read or does not hold such a list
   */
  public static int[] readInts(Path file) throws IOException {
    try (InputStream in = open(file)) {
      int[] list = new int[header(file, in, 1, INT32).size(0)];
      values(in, list.length).asIntBuffer().get(list);
      return list;
    }
  }

  /**
   * Writes a matrix of float32 in format version 1.0. Rows are taken from the list one at a time,
   * so a list that computes its rows on demand need not fit into memory.
   *
   * @param file the file to create or overwrite
   * @param columns length of every row
   * @param rows shape [rows][columns]
   * @throws IllegalArgumentException when a row has another length; the file is then incomplete,
   *     and reading it fails
   * @throws IOException when the file cannot be written
   */
  public static void writeFloats(Path file, int columns, List<float[]> rows) throws IOException {
    try (NpyWriter out = NpyWriter.create(file, rows.size(), columns)) {
      int number = 0;
      for (float[] row : rows) {
        if (row.length != columns) {
          throw new IllegalArgumentException(
              "row " + number + " has " + row.length + " values, not " + columns);
        }
        out.write(row);
        number++;
      }
    }
  }

  static InputStream open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a directory: give a .npy file");
    }
    try {
      return new BufferedInputStream(Files.newInputStream(file), BUFFER);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    }
  }

  private static void readColumns(InputStream in, float[][] matrix, int columns)
      throws IOException {
    for (int column = 0; column < columns; column++) {
      FloatBuffer values = values(in, matrix.length).asFloatBuffer();
      for (float[] row : matrix) {
        row[column] = values.get();
      }
    }
  }

  /**
   * Reads the header, checks type and number of dimensions, and leaves the stream at the values.
   */
  static NpyHeader header(Path file, InputStream in, int dimensions, String... types)
      throws IOException {
    try {
      NpyHeader header = NpyHeader.read(in);
      checkLayout(header, dimensions, types);
      checkLength(header, Files.size(file));
      return header;
    } catch (IOException e) {
      throw new IOException(file + " " + e.getMessage(), e);
    }
  }

  private static void checkLayout(NpyHeader header, int dimensions, String... types)
      throws IOException {
    if (!List.of(types).contains(header.type())) {
      throw new IOException(
          String.format(
              "holds values of type '%s' instead of '%s': save the array with .astype('%s')",
              header.type(), String.join("' or '", types), types[0]));
    }
    if (header.shape().size() != dimensions) {
      throw new IOException(
          "has shape " + header.shape() + ": give an array of " + dimensions + " dimension(s)");
    }
  }

  /** Runs before arrays are allocated, so that a damaged header cannot exhaust the memory. */
  private static void checkLength(NpyHeader header, long fileBytes) throws IOException {
    // Not a long, which three large dimensions would overflow.
    double expected = itemBytes(header);
    for (long size : header.shape()) {
      if (size > MAX_SIZE) {
        throw new IOException(
            "has shape " + header.shape() + ": a dimension may be at most " + MAX_SIZE);
      }
      expected *= size;
    }
    expected += header.length();
    if (fileBytes != expected) {
      throw new IOException(
          String.format(
              "has %d bytes, but shape %s needs %.0f: the file is truncated or damaged",
              fileBytes, header.shape(), expected));
    }
  }

  /** Bytes per value, by the last digit of the type. */
  static int itemBytes(NpyHeader header) {
    return header.type().charAt(2) - '0';
  }

  private static ByteBuffer values(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count * ITEM_BYTES);
    if (bytes.length < count * ITEM_BYTES) {
      throw new IOException("a .npy file was truncated while it was read");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
