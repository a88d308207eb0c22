package io.sluice.gpuworker;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.schemas.Message;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads results of the published reference implementation from the test resources and from the
 * folder of shared golden data.
 */
public final class GoldenData {
  private static final int NPY_HEADER_LENGTH_AT = 8;

  private GoldenData() {}

  /** The folder of the few cases that every build checks. */
  public static Path small() {
    return Path.of("src/test/resources/golden").toAbsolutePath();
  }

  /**
   * The folder of the reference's gradients.
   *
   * @param where {@code build} for the few cases of every build, {@code shared} for all
   */
  public static Path gradients(String where) {
    return where.equals("build") ? small() : shared("golden/grad");
  }

  /**
   * The folder of the small models of each architecture.
   *
   * @param where {@code build} for the few cases of every build, {@code shared} for all
   */
  public static Path architectures(String where) {
    return where.equals("build") ? small().resolve("arch") : shared("golden/arch");
  }

  /** A path in the folder of shared golden data; skips the test when it does not exist. */
  public static Path shared(String path) {
    String property = System.getProperty("sluice.shared", "");
    Path at = Path.of("").toAbsolutePath();
    while (property.isEmpty() && at != null) {
      if (Files.isDirectory(at.resolveSibling("shared"))) {
        property = at.resolveSibling("shared").toString();
      }
      at = at.getParent();
    }
    Path file = Path.of(property, path);
    if (property.isEmpty() || !Files.exists(file)) {
      return abort(
          "skipped: shared/" + path + " does not exist; set -Dsluice.shared to the folder");
    }
    return file;
  }

  /** Parses a file that contains one JSON value. */
  public static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parses a file that contains one JSON value per line. */
  public static List<JsonNode> jsonLines(Path file) {
    try {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        lines.add(new ObjectMapper().readTree(line));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Converts the field {@code messages} of an example. */
  public static List<Message> messages(JsonNode example) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : example.path("messages")) {
      messages.add(
          Messages.of(
              message.path("role").asText(),
              message.path("content").asText(),
              message.path("weight").asInt(1) == 1));
    }
    return messages;
  }

  /** Converts a JSON list of whole numbers. */
  public static long[] longs(JsonNode list) {
    long[] values = new long[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asLong();
    }
    return values;
  }

  /** Reads all float32 values of a .npy file, row-major. */
  public static float[] floats(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int begin = NPY_HEADER_LENGTH_AT + 2 + bytes.getShort(NPY_HEADER_LENGTH_AT);
      float[] values = new float[(bytes.limit() - begin) / Float.BYTES];
      bytes.position(begin);
      bytes.asFloatBuffer().get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of rows of the matrix in a .npy file, given its number of columns. */
  public static int rows(Path file, int columns) {
    return floats(file).length / columns;
  }

  /** A copy of row {@code row} of a row-major matrix with {@code columns} columns. */
  public static float[] row(float[] matrix, int row, int columns) {
    return Arrays.copyOfRange(matrix, row * columns, (row + 1) * columns);
  }

  /** The L2 norm of the difference divided by the L2 norm of the expected values. */
  public static double relativeError(float[] actual, float[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
