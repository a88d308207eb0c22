package io.sluice.local.cli.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.local.cli.CommandRun;
import io.sluice.schemas.file.NpyFile;
import io.sluice.streams.transport.KnnKde;
import io.sluice.streams.transport.Neighbours;
import io.sluice.streams.transport.PoolScores;
import io.sluice.streams.transport.UnbalancedTransport;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the selected orders with those of the published reference, index by index. */
class GoldenSelectionTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"random_7x300", "clustered_1x50", "ties_8x2000"})
  void givenASmallCase_whenSelected_thenTheOrdersEqualTheReference(String name)
      throws IOException, URISyntaxException {
    Path golden = GoldenFiles.small(name);

    assertOrders(golden, golden.resolve("sim.npy"));
  }

  @Test
  void givenASmallCaseWithVectors_whenSelectedByDensity_thenTheMassesEqualTheReference()
      throws IOException, URISyntaxException {
    assertKnnKde(GoldenFiles.small("kde_6x600"));
  }

  @Test
  void givenASmallCase_whenCutIntoQuantiles_thenTheyEqualTheReference()
      throws IOException, URISyntaxException {
    assertQuantiles(GoldenFiles.small("clustered_7x300"));
  }

  @Test
  void givenAllCases_whenSelected_thenEveryOrderEqualsTheReference() throws IOException {
    Optional<Path> all = GoldenFiles.all();
    assumeTrue(
        all.isPresent(), "no folder 'shared' beside the checkout: the large cases are skipped");
    try (Stream<Path> cases = Files.list(all.orElseThrow())) {
      for (Path golden : cases.sorted().toList()) {
        assertOrders(golden, GoldenFiles.scores(golden, folder));
        if (Files.exists(golden.resolve("kde.npy"))) {
          assertKnnKde(golden);
        }
        if (Files.exists(golden.resolve("quantiles.json"))) {
          assertQuantiles(golden);
        }
      }
    }
  }

  private static void assertOrders(Path golden, Path scores) throws IOException {
    assertThat(select(scores, "round-robin", golden.resolve("round_robin.npy")))
        .as("round-robin, " + golden)
        .containsExactly(NpyFile.readInts(golden.resolve("round_robin.npy")));
    assertDoublyGreedy(golden, scores);
    assertThat(select(scores, "knn-uniform", golden.resolve("knn_uniform.npy")))
        .as("knn-uniform, " + golden)
        .containsExactly(lowestIndexFirst(golden, "knn_uniform"));
    assertTransport(golden, scores);
  }

  private static void assertDoublyGreedy(Path golden, Path scores) throws IOException {
    Path reference = golden.resolve("doubly_greedy.npy");
    int[] order = select(scores, "doubly-greedy", reference);
    assertThat(order)
        .as("doubly-greedy, " + golden)
        .containsExactly(lowestIndexFirst(golden, "doubly_greedy"));
    float[] maxima = maxima(scores);
    assertThat(Arrays.stream(order).mapToDouble(candidate -> maxima[candidate]))
        .as("maxima of doubly-greedy, " + golden)
        .containsExactly(
            Arrays.stream(NpyFile.readInts(reference))
                .mapToObj(candidate -> (double) maxima[candidate])
                .toArray(Double[]::new));
  }

  /**
   * Compares masses, and the order by them: that of equal masses is not defined by the reference.
   */
  private static void assertTransport(Path golden, Path scores) throws IOException {
    double[] influence = GoldenFiles.doubles(golden.resolve("uot_influence_f64.npy"));
    double[] masses =
        UnbalancedTransport.masses(new PoolScores(NpyFile.readFloats(scores)), rows -> {});
    assertThat(greatestDifference(masses, influence))
        .as("masses of uot, " + golden)
        .isLessThan(1e-9);
    Path reference = golden.resolve("uot_f64.npy");
    int[] order = select(scores, "uot", reference);
    int[] expected = NpyFile.readInts(reference);
    assertThat(order).as("uot, " + golden).hasSameSizeAs(expected).doesNotHaveDuplicates();
    assertThat(greatestDifference(at(influence, order), at(influence, expected)))
        .as("order of uot, " + golden)
        .isLessThan(1e-9);
  }

  private static double[] at(double[] values, int[] indices) {
    return Arrays.stream(indices).mapToDouble(index -> values[index]).toArray();
  }

  private static double greatestDifference(double[] ours, double[] theirs) {
    return IntStream.range(0, ours.length)
        .mapToDouble(i -> Math.abs(ours[i] / theirs[i] - 1))
        .max()
        .orElseThrow();
  }

  /**
   * Compares probabilities, and the sets of the first candidates. The reference accumulates in
   * single precision, and gives the rest of its rounding errors to one candidate per query, which
   * can then be ahead of others.
   */
  private static void assertKnnKde(Path golden) throws IOException {
    JsonNode meta = JSON.readTree(golden.resolve("meta.json").toFile());
    int queries = meta.get("M").asInt();
    StringJoiner weights = new StringJoiner(",");
    meta.get("kde").get("avg_lrs").forEach(weight -> weights.add(weight.asText()));
    Path reference = golden.resolve("kde.npy");
    Path scores = golden.resolve("sim.npy");
    Path vectors = golden.resolve("cand_emb_f16.npy");
    int[] order =
        select(
            scores,
            "knn-kde",
            reference,
            "--embeddings",
            vectors.toString(),
            "--weights",
            weights.toString());

    int[] expected = NpyFile.readInts(reference);
    assertThat(order).as("knn-kde, " + golden).hasSameSizeAs(expected).doesNotHaveDuplicates();
    for (int budget = 10; budget <= order.length; budget *= 2) {
      assertThat(missing(order, expected, budget))
          .as("of the first " + budget + ", " + golden)
          .isLessThanOrEqualTo(queries);
    }
    double[] probabilities = GoldenFiles.doubles(golden.resolve("kde_probs.npy"));
    double[] ours = probabilities(scores, vectors, weights.toString());
    long different =
        IntStream.range(0, ours.length)
            .filter(i -> Math.abs(ours[i] - probabilities[i]) > 5e-6 * probabilities[i])
            .count();
    assertThat(different)
        .as("candidates of other probabilities, " + golden)
        .isLessThanOrEqualTo(queries + ours.length / 100);
  }

  private static double[] probabilities(Path scores, Path vectors, String weights)
      throws IOException {
    String[] each = weights.split(",", -1);
    float[] numbers = new float[each.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Float.parseFloat(each[i]);
    }
    ScoreFile file = ScoreFile.read(scores);
    PoolScores pool = new PoolScores(file.rows());
    Neighbours neighbours = KnnKde.neighbours(pool);
    return KnnKde.probabilities(
        pool,
        neighbours,
        new CandidateEmbeddings(vectors, numbers).read(file, neighbours.candidates()),
        points -> {});
  }

  private static int missing(int[] order, int[] expected, int budget) {
    Set<Integer> missing = new HashSet<>();
    Arrays.stream(expected).limit(budget).forEach(missing::add);
    Arrays.stream(order).limit(budget).forEach(missing::remove);
    return missing.size();
  }

  private static void assertQuantiles(Path golden) throws IOException {
    JsonNode expected = JSON.readTree(golden.resolve("quantiles.json").toFile());

    assertThat(quantiles(golden, "--quantiles", "10", "--first", "12"))
        .isEqualTo(lists(expected.get("all")));
    assertThat(quantiles(golden, "--quantiles", "4", "--focus", "0/4", "--first", "12"))
        .isEqualTo(lists(expected.get("focus0")));
  }

  private static List<JsonNode> quantiles(Path golden, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("select", "--similarity", golden.resolve("sim.npy").toString()));
    arguments.addAll(List.of(more));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    List<JsonNode> lists = new ArrayList<>();
    JSON.readTree(run.out()).get("quantiles").forEach(lists::add);
    return lists;
  }

  private static List<JsonNode> lists(JsonNode cut) {
    List<JsonNode> lists = new ArrayList<>();
    cut.get("lists").forEach(lists::add);
    return lists;
  }

  /** Selects with the budget of an expected order, which is its length. */
  private static int[] select(Path scores, String algorithm, Path expected, String... more)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "select",
                "--similarity",
                scores.toString(),
                "--algorithm",
                algorithm,
                "--budget",
                Integer.toString(NpyFile.readInts(expected).length)));
    arguments.addAll(List.of(more));
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.err()).as(expected.toString()).isEmpty();
    return run.out().lines().mapToInt(Integer::parseInt).toArray();
  }

  /** An order of the reference with the lowest index first among equals, where it differs. */
  private static int[] lowestIndexFirst(Path golden, String name) throws IOException {
    Path stable = golden.resolve(name + "_stable.npy");
    return NpyFile.readInts(Files.exists(stable) ? stable : golden.resolve(name + ".npy"));
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
}
