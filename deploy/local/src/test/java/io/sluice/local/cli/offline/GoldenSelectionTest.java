package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.local.cli.CommandRun;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the selected orders with those of the published reference, index by index. */
class GoldenSelectionTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"random_7x300", "clustered_1x50", "ties_8x2000"})
  void givenASmallCase_whenSelected_thenTheOrdersEqualTheReference(String name)
      throws IOException, URISyntaxException {
    Path golden = Path.of(GoldenSelectionTest.class.getResource("/golden/" + name).toURI());

    assertOrders(golden, golden.resolve("sim.npy"));
  }

  @Test
  void givenAllCases_whenSelected_thenEveryOrderEqualsTheReference() throws IOException {
    Optional<Path> shared = shared();
    assumeTrue(
        shared.isPresent(), "no folder 'shared' beside the checkout: the large cases are skipped");
    try (Stream<Path> cases = Files.list(shared.orElseThrow().resolve("golden/selection"))) {
      for (Path golden : cases.sorted().toList()) {
        Path scores = golden.resolve("sim.npy");
        assertOrders(golden, Files.exists(scores) ? scores : fromIntegers(golden));
      }
    }
  }

  private static void assertOrders(Path golden, Path scores) throws IOException {
    assertThat(select(scores, "round-robin", golden.resolve("round_robin.npy")))
        .as("round-robin, " + golden)
        .containsExactly(NpyFile.readInts(golden.resolve("round_robin.npy")));

    Path reference = golden.resolve("doubly_greedy.npy");
    Path lowestIndexFirst = golden.resolve("doubly_greedy_stable.npy");
    int[] order = select(scores, "doubly-greedy", reference);
    assertThat(order)
        .as("doubly-greedy, " + golden)
        .containsExactly(
            NpyFile.readInts(Files.exists(lowestIndexFirst) ? lowestIndexFirst : reference));
    float[] maxima = maxima(scores);
    assertThat(Arrays.stream(order).mapToDouble(candidate -> maxima[candidate]))
        .as("maxima of doubly-greedy, " + golden)
        .containsExactly(
            Arrays.stream(NpyFile.readInts(reference))
                .mapToObj(candidate -> (double) maxima[candidate])
                .toArray(Double[]::new));
  }

  /** Selects with the budget of an expected order, which is its length. */
  private static int[] select(Path scores, String algorithm, Path expected) throws IOException {
    CommandRun run =
        CommandRun.of(
            "select",
            "--similarity",
            scores.toString(),
            "--algorithm",
            algorithm,
            "--budget",
            Integer.toString(NpyFile.readInts(expected).length));
    assertThat(run.err()).as(expected.toString()).isEmpty();
    return run.out().lines().mapToInt(Integer::parseInt).toArray();
  }

  /** The highest score of each candidate. The reference does not define the order of equal ones. */
  private static float[] maxima(Path scores) throws IOException {
    float[][] rows = NpyFile.readFloats(scores);
    float[] maxima = rows[0].clone();
    for (float[] row : rows) {
      for (int candidate = 0; candidate < row.length; candidate++) {
        // Zeros of both signs are equal scores; adding zero turns -0.0 into 0.0.
        maxima[candidate] = Math.max(maxima[candidate], row[candidate]) + 0f;
      }
    }
    return maxima;
  }

  /** Scores of a case that is stored as integer vectors: float32(dot product) x 2^-24. */
  private Path fromIntegers(Path golden) throws IOException {
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
    Path file = folder.resolve("scores.npy");
    NpyFile.writeFloats(file, candidates.length, rows);
    assertThat(rows.get(0)).containsExactly(row0(golden));
    return file;
  }

  private static float dot(short[] a, short[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (long) a[i] * b[i];
    }
    return sum;
  }

  /** sim_row0.npy: one dimension of float32, after a header of 128 bytes. */
  private static float[] row0(Path golden) throws IOException {
    byte[] bytes = Files.readAllBytes(golden.resolve("sim_row0.npy"));
    float[] row = new float[(bytes.length - 128) / Float.BYTES];
    ByteBuffer.wrap(bytes, 128, bytes.length - 128)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(row);
    return row;
  }

  /** A matrix of int16, after a header of 128 bytes that says {@code 'shape': (rows, columns)}. */
  private static short[][] shorts(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    int[] shape =
        Arrays.stream(header.replaceAll(".*\\((.*)\\).*\\s*", "$1").split(", "))
            .mapToInt(Integer::parseInt)
            .toArray();
    ByteBuffer values =
        ByteBuffer.wrap(bytes, 128, bytes.length - 128).order(ByteOrder.LITTLE_ENDIAN);
    short[][] matrix = new short[shape[0]][shape[1]];
    for (short[] row : matrix) {
      for (int i = 0; i < row.length; i++) {
        row[i] = values.getShort();
      }
    }
    return matrix;
  }

  private static Optional<Path> shared() {
    String configured = System.getProperty("sluice.shared", "");
    if (!configured.isEmpty()) {
      return Optional.of(Path.of(configured));
    }
    return Stream.iterate(Path.of("").toAbsolutePath(), path -> path != null, Path::getParent)
        .map(path -> path.resolve("shared"))
        .filter(path -> Files.isDirectory(path.resolve("golden/selection")))
        .findFirst();
  }
}
