package io.sluice.streams.similarity;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The query set of a target task as one matrix, and the similarity of candidates to it.
 *
 * <p>Similarity (LESS, section 3.2; Xia et al., ICML 2024): the sum over warm-up checkpoints of the
 * checkpoint's weight times the cosine between the query's and the candidate's gradient. Additions
 * happen in one fixed order or are exact, so equal bytes give equal scores on every machine, no
 * matter which candidates are scored together.
 *
 * <p>Candidates of encoding SIGN are scored against queries of 7 bits per value, with one scale per
 * vector; all others against queries in full precision. A matrix takes 5 bytes of memory per value
 * of the queries. Immutable.
 */
public final class QueryMatrix {
  /** The maximum number of values in a query set: queries times checkpoints times dimension. */
  public static final int MOST_VALUES = 1 << 30;

  /**
   * Candidates that are scored in one pass over the queries: so many that reading the queries from
   * memory costs each of them almost nothing.
   */
  private static final int CANDIDATES_PER_PASS = 32;

  private final int queries;
  private final int checkpoints;
  private final int dimension;
  private final Arithmetic arithmetic;
  private final FullQueries full;
  private final SignQueries signs;

  /**
   * Creates the matrix of a query set.
   *
   * @param vectors shape [queries][checkpoints][dimension], each row of unit L2 norm; copied
   * @param weights the weight of each checkpoint, shape [checkpoints]
   * @throws IllegalArgumentException when there is no query, shapes differ, or there are more than
   *     {@value #MOST_VALUES} values
   */
  public QueryMatrix(float[][][] vectors, float[] weights) {
    this(vectors, weights, Arithmetic.fastest());
  }

  /**
   * Creates the matrix of a query set with the given loops; the other parameters are as above.
   *
   * @param arithmetic the loops; makes no difference to scores
   */
  public QueryMatrix(float[][][] vectors, float[] weights, Arithmetic arithmetic) {
    if (vectors.length == 0 || weights.length == 0) {
      throw new IllegalArgumentException("a query matrix needs a query and a checkpoint");
    }
    queries = vectors.length;
    checkpoints = weights.length;
    dimension = vectors[0][0].length;
    for (int q = 0; q < queries; q++) {
      if (vectors[q].length != weights.length) {
        throw new IllegalArgumentException(
            "query "
                + q
                + " has "
                + vectors[q].length
                + " vectors for "
                + weights.length
                + " checkpoints");
      }
      for (float[] vector : vectors[q]) {
        if (vector.length != dimension) {
          throw new IllegalArgumentException("queries of different dimensions");
        }
      }
    }
    if ((double) queries * checkpoints * dimension > MOST_VALUES) {
      throw new IllegalArgumentException("the query set has more than " + MOST_VALUES + " values");
    }
    this.arithmetic = arithmetic;
    full = new FullQueries(vectors, weights, arithmetic.floats());
    signs = new SignQueries(vectors, weights, arithmetic.signs());
  }

  /** The number of queries, which is the length of a score row. */
  public int queries() {
    return queries;
  }

  /** The number of vectors per example. */
  public int checkpoints() {
    return checkpoints;
  }

  /** The number of values per vector. */
  public int dimension() {
    return dimension;
  }

  /**
   * Scores an encoded candidate.
   *
   * @param features encoded matrix, shape [checkpoints, dimension]; not changed
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when a vector is all zero or not finite, or the number of
   *     bytes does not match
   */
  public float[] score(FeatureEncoding encoding, ByteBuffer features) {
    return score(CandidateVectors.of(encoding, features, checkpoints, dimension, arithmetic));
  }

  /**
   * Scores a candidate.
   *
   * @param rows shape [checkpoints][dimension]; of any norm
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when a vector is all zero or not finite, or the shape differs
   */
  public float[] score(float[][] rows) {
    return score(CandidateVectors.of(rows, arithmetic));
  }

  /**
   * Scores a decoded candidate.
   *
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when the shape differs
   */
  public float[] score(CandidateVectors candidate) {
    return scoreAll(List.of(candidate)).get(0);
  }

  /**
   * Scores candidates together. This is several times as fast as one by one when the queries do not
   * fit into the processor's cache; more than 32 at a time bring no further gain. The scores equal
   * those that each candidate gets alone.
   *
   * @param candidates candidates in any mixture of encodings
   * @return the similarity of each candidate to each query, shape [candidates][queries]
   * @throws IllegalArgumentException when a shape differs
   */
  public List<float[]> scoreAll(List<CandidateVectors> candidates) {
    List<float[]> scores = new ArrayList<>(candidates.size());
    for (int begin = 0; begin < candidates.size(); begin += CANDIDATES_PER_PASS) {
      int end = Math.min(begin + CANDIDATES_PER_PASS, candidates.size());
      scoreTogether(candidates.subList(begin, end), scores);
    }
    return scores;
  }

  private void scoreTogether(List<CandidateVectors> candidates, List<float[]> scores) {
    candidates.forEach(this::requireShape);
    Map<Boolean, List<CandidateVectors>> bySign =
        candidates.stream().collect(Collectors.partitioningBy(QueryMatrix::hasSigns));
    Iterator<float[]> signScores = List.of(signs.score(bySign.get(true))).iterator();
    Iterator<float[]> fullScores = List.of(full.score(bySign.get(false))).iterator();
    for (CandidateVectors candidate : candidates) {
      scores.add((hasSigns(candidate) ? signScores : fullScores).next());
    }
  }

  private static boolean hasSigns(CandidateVectors candidate) {
    return candidate.encoding() == FeatureEncoding.SIGN;
  }

  private void requireShape(CandidateVectors candidate) {
    if (candidate.checkpoints() != checkpoints || candidate.dimension() != dimension) {
      throw new IllegalArgumentException(
          "a candidate of shape [%d, %d] for queries of [%d, %d]"
              .formatted(candidate.checkpoints(), candidate.dimension(), checkpoints, dimension));
    }
  }

  /** Rounds a number of queries or candidates up to whole tiles. */
  static int wholeTiles(int count, int tile) {
    return (count + tile - 1) / tile * tile;
  }

  /** Rounds scores to single precision. */
  static float[][] toFloats(double[][] totals) {
    float[][] scores = new float[totals.length][];
    for (int c = 0; c < totals.length; c++) {
      scores[c] = new float[totals[c].length];
      for (int q = 0; q < scores[c].length; q++) {
        scores[c][q] = (float) totals[c][q];
      }
    }
    return scores;
  }
}
