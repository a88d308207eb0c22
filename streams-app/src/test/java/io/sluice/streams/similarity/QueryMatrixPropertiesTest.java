package io.sluice.streams.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Properties that hold for every encoding, shape, and number of queries and candidates. */
class QueryMatrixPropertiesTest {
  private static final double FLOAT_ROUNDING = 0x1p-24;

  /** Half a level of the queries' 63 levels, as a share of the largest value. */
  private static final double HALF_A_LEVEL = 1.0 / 126;

  @Property(tries = 300)
  void givenAnyCandidates_whenScored_thenVectorInstructionsAndPlainJavaAgreeInEveryBit(
      @ForAll FeatureEncoding encoding,
      @ForAll @IntRange(min = 1, max = 11) int queries,
      @ForAll @IntRange(min = 1, max = 3) int checkpoints,
      @ForAll @IntRange(min = 1, max = 2400) int dimension,
      @ForAll @IntRange(min = 1, max = 9) int count,
      @ForAll long seed) {
    Vectors vectors = Vectors.random(queries, checkpoints, dimension, new Random(seed));

    List<float[]> fastest = scores(vectors, encoding, count, seed, Arithmetic.fastest());
    List<float[]> plain = scores(vectors, encoding, count, seed, Arithmetic.plain());

    assertThat(fastest)
        .usingElementComparator(QueryMatrixPropertiesTest::compareBits)
        .isEqualTo(plain);
  }

  @Property(tries = 300)
  void givenCandidatesOfAllEncodings_whenScoredTogether_thenEachGetsTheScoresItGetsAlone(
      @ForAll @IntRange(min = 1, max = 9) int queries,
      @ForAll @IntRange(min = 1, max = 3) int checkpoints,
      @ForAll @IntRange(min = 1, max = 300) int dimension,
      @ForAll @IntRange(min = 0, max = 40) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    Vectors vectors = Vectors.random(queries, checkpoints, dimension, random);
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    List<CandidateVectors> candidates = new ArrayList<>();
    List<float[]> alone = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FeatureEncoding encoding = anyEncoding(random);
      ByteBuffer features = vectors.candidate(encoding, random);
      candidates.add(CandidateVectors.of(encoding, features, checkpoints, dimension));
      alone.add(matrix.score(encoding, features));
    }

    assertThat(matrix.scoreAll(candidates))
        .usingElementComparator(QueryMatrixPropertiesTest::compareBits)
        .isEqualTo(alone);
  }

  @Property(tries = 300)
  void givenACandidate_whenScored_thenTheScoresAreTheWeightedCosinesUpToAProvenError(
      @ForAll FeatureEncoding encoding,
      @ForAll @IntRange(min = 1, max = 5) int queries,
      @ForAll @IntRange(min = 1, max = 4) int checkpoints,
      @ForAll @IntRange(min = 1, max = 2500) int dimension,
      @ForAll long seed) {
    Random random = new Random(seed);
    Vectors vectors = Vectors.random(queries, checkpoints, dimension, random);
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights());
    ByteBuffer features = vectors.candidate(encoding, random);

    float[] scores = matrix.score(encoding, features);

    assertThat(scores).hasSize(queries);
    for (int q = 0; q < queries; q++) {
      assertThat((double) scores[q])
          .isCloseTo(
              vectors.similarity(q, encoding, features),
              within(largestError(vectors, q, encoding)));
    }
  }

  /**
   * The largest possible error of a score. A sum of n floats in 16 lanes has n / 16 additions and 4
   * of lanes, and both factors and the product are rounded; these errors are relative to the sum of
   * magnitudes, which is at most the product of the norms (Cauchy-Schwarz). The candidate's norm
   * has half such an error. For signs, half a level in every value is added, times the sum of the
   * magnitudes of a unit vector, which is at most the square root of n.
   */
  private static double largestError(Vectors vectors, int query, FeatureEncoding encoding) {
    int dimension = vectors.dimension();
    double rounding = (1.5 * (dimension / 16 + 1 + 4 + 3) + 1) * FLOAT_ROUNDING;
    if (encoding != FeatureEncoding.SIGN) {
      return rounding;
    }
    double error = 0;
    for (int k = 0; k < vectors.checkpoints(); k++) {
      float largest = 0;
      for (float value : vectors.queries()[query][k]) {
        largest = Math.max(largest, Math.abs(value));
      }
      error += vectors.weights()[k] * largest * HALF_A_LEVEL * Math.sqrt(dimension);
    }
    return error + rounding;
  }

  private static List<float[]> scores(
      Vectors vectors, FeatureEncoding encoding, int count, long seed, Arithmetic arithmetic) {
    QueryMatrix matrix = new QueryMatrix(vectors.queries(), vectors.weights(), arithmetic);
    return matrix.scoreAll(vectors.candidates(encoding, count, new Random(seed), arithmetic));
  }

  private static FeatureEncoding anyEncoding(Random random) {
    FeatureEncoding[] encodings = FeatureEncoding.values();
    return encodings[random.nextInt(encodings.length)];
  }

  /** Compares two rows of scores bit by bit; zero when they are equal. */
  private static int compareBits(float[] a, float[] b) {
    return Arrays.compare(bits(a), bits(b));
  }

  private static int[] bits(float[] row) {
    int[] bits = new int[row.length];
    for (int i = 0; i < row.length; i++) {
      bits[i] = Float.floatToRawIntBits(row[i]);
    }
    return bits;
  }
}
