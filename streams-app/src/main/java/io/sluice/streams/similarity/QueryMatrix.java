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
 * happen in one fixed order or are exact, so equal bytes give equal scores on every machine, alone
 * and in any company.
 *
 * <p>Candidates of signs meet the queries in 7 bits a value with a scale for each vector, all
 * others in full precision. Takes 5 bytes a value of the queries. Immutable.
 */
public final class QueryMatrix {
  /** The most values that a query set may have: queries times checkpoints times dimension. */
  public static final int MOST_VALUES = 1 << 30;

  /** Candidates that go over the queries together: enough to have read them nearly for nothing. */
  private static final int TOGETHER = 32;

  private final int queries;
  private final int checkpoints;
  private final int dimension;
  private final Arithmetic arithmetic;
  private final FullQueries full;
  private final SignQueries signs;

  /**
   * A query set.
   *
   * @param vectors shape [queries][checkpoints][dimension], each row of unit L2 norm
   * @param weights the weight of each checkpoint, shape [checkpoints]
   * @throws IllegalArgumentException when there is no query, shapes differ, or there are more than
   *     {@value #MOST_VALUES} values
   */
  public QueryMatrix(float[][][] vectors, float[] weights) {
    this(vectors, weights, Arithmetic.fastest());
  }

  /**
   * A query set, scored in a given way; parameters as above.
   *
   * @param arithmetic its loops; makes no difference to scores
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
      throw new IllegalArgumentException("more than " + MOST_VALUES + " values of queries");
    }
    this.arithmetic = arithmetic;
    full = new FullQueries(vectors, weights, arithmetic.floats());
    signs = new SignQueries(vectors, weights, arithmetic.signs());
  }

  /** Queries: the length of a score row. */
  public int queries() {
    return queries;
  }

  /** Vectors an example. */
  public int checkpoints() {
    return checkpoints;
  }

  /** Values a checkpoint. */
  public int dimension() {
    return dimension;
  }

  /**
   * Scores an encoded candidate.
   *
   * @param features encoded matrix, shape [checkpoints, dimension]; not changed
   * @return the similarity to each query, shape [queries], -1 to 1 up to rounding
   * @throws IllegalArgumentException when a vector is all zero or not finite, or bytes are missing
   */
  public float[] score(FeatureEncoding encoding, ByteBuffer features) {
    return score(CandidateVectors.of(encoding, features, checkpoints, dimension, arithmetic));
  }

  /**
   * Scores a candidate.
   *
   * @param rows shape [checkpoints][dimension]; need not be normalised
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
   * Scores candidates together, several times as fast as one by one where the queries do not fit in
   * the processor's cache; more than 32 at a time gain nothing. The scores are those that each
   * would get alone.
   *
   * @param candidates in any mixture of encodings
   * @return the similarity of each to each query, shape [candidates][queries]
   * @throws IllegalArgumentException when a shape differs
   */
  public List<float[]> scoreAll(List<CandidateVectors> candidates) {
    List<float[]> scores = new ArrayList<>(candidates.size());
    for (int begin = 0; begin < candidates.size(); begin += TOGETHER) {
      int end = Math.min(begin + TOGETHER, candidates.size());
      scoreTogether(candidates.subList(begin, end), scores);
    }
    return scores;
  }

  private void scoreTogether(List<CandidateVectors> candidates, List<float[]> scores) {
    candidates.forEach(this::requireShape);
    Map<Boolean, List<CandidateVectors>> bySign =
        candidates.stream().collect(Collectors.partitioningBy(QueryMatrix::ofSigns));
    Iterator<float[]> signScores = List.of(signs.score(bySign.get(true))).iterator();
    Iterator<float[]> fullScores = List.of(full.score(bySign.get(false))).iterator();
    for (CandidateVectors candidate : candidates) {
      scores.add((ofSigns(candidate) ? signScores : fullScores).next());
    }
  }

  private static boolean ofSigns(CandidateVectors candidate) {
    return candidate.encoding() == FeatureEncoding.SIGN;
  }

  private void requireShape(CandidateVectors candidate) {
    if (candidate.checkpoints() != checkpoints || candidate.dimension() != dimension) {
      throw new IllegalArgumentException(
          "a candidate of shape [%d, %d] for queries of [%d, %d]"
              .formatted(candidate.checkpoints(), candidate.dimension(), checkpoints, dimension));
    }
  }

  /** A number of queries or candidates, rounded up to whole tiles. */
  static int wholeTiles(int count, int tile) {
    return (count + tile - 1) / tile * tile;
  }

  /** Totals in single precision. */
  static float[][] scores(double[][] totals) {
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
