package io.sluice.local.cli.offline;

import io.sluice.schemas.file.NpyFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The golden selections: where they are, and arrays that the product itself does not read. */
final class GoldenFiles {
  private static final int HEADER_BYTES = 128;

  private GoldenFiles() {}

  /** The folder of a small case, a test resource. */
  static Path small(String name) throws URISyntaxException {
    return Path.of(GoldenFiles.class.getResource("/golden/" + name).toURI());
  }

  /** The folder of all cases; empty where it is not present. */
  static Optional<Path> all() {
    String configured = System.getProperty("sluice.shared", "");
    Stream<Path> candidates =
        configured.isEmpty()
            ? Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
                .map(path -> path.resolve("shared"))
            : Stream.of(Path.of(configured));
    return candidates
        .map(path -> path.resolve("golden/selection"))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /**
   * The scores of a case. Of one that is stored as integer vectors they are float32(dot product) x
   * 2^-24.
   *
   * @param folder receives the file if it has to be written
   */
  static Path scores(Path golden, Path folder) throws IOException {
    Path stored = golden.resolve("sim.npy");
    if (Files.exists(stored)) {
      return stored;
    }
    short[][] queries = shorts(golden.resolve("query_int16.npy"));
    short[][] candidates = shorts(golden.resolve("cand_int16.npy"));
    List<float[]> rows =
        new AbstractList<>() {
          @Override
          public float[] get(int query) {
            float[] row = new float[candidates.length];
            for (int candidate = 0; candidate < row.length; candidate++) {
              row[candidate] = dot(queries[query], candidates[candidate]) * 0x1p-24f;
            }
            return row;
          }

          @Override
          public int size() {
            return queries.length;
          }
        };
    if (!Arrays.equals(rows.get(0), row0(golden))) {
      throw new IOException(golden + ": the first row is not that of sim_row0.npy");
    }
    Path file = folder.resolve(golden.getFileName() + ".npy");
    NpyFile.writeFloats(file, candidates.length, rows);
    return file;
  }

  private static float dot(short[] a, short[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (long) a[i] * b[i];
    }
    return sum;
  }

  /** A list of float32. */
  private static float[] row0(Path golden) throws IOException {
    ByteBuffer values = values(golden.resolve("sim_row0.npy"));
    float[] row = new float[values.remaining() / Float.BYTES];
    values.asFloatBuffer().get(row);
    return row;
  }

  /** A list of float64. */
  static double[] doubles(Path file) throws IOException {
    ByteBuffer values = values(file);
    double[] list = new double[values.remaining() / Double.BYTES];
    values.asDoubleBuffer().get(list);
    return list;
  }

  /** A matrix of int16, whose header says {@code 'shape': (rows, columns)}. */
  private static short[][] shorts(Path file) throws IOException {
    String header =
        new String(Files.readAllBytes(file), 10, HEADER_BYTES - 10, StandardCharsets.US_ASCII);
    int[] shape =
        Arrays.stream(header.replaceAll(".*\\((.*)\\).*\\s*", "$1").split(", "))
            .mapToInt(Integer::parseInt)
            .toArray();
    ByteBuffer values = values(file);
    short[][] matrix = new short[shape[0]][shape[1]];
    for (short[] row : matrix) {
      for (int i = 0; i < row.length; i++) {
        row[i] = values.getShort();
      }
    }
    return matrix;
  }

  private static ByteBuffer values(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
