package io.sluice.streams.transport;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Unbalanced optimal transport: the mass of the queries is moved to the candidates at a cost that
 * falls with their similarity. Each query sends exactly 1/M; a candidate may receive more or less
 * than its even share 1/N, at a price.
 *
 * <p>The plan minimises the cost (1 - similarity) / 2 plus {@value #ENTROPY} times the divergence
 * (Kullback and Leibler) of the plan from the product of the even shares, plus {@value #RELAXATION}
 * times the divergence of what the candidates receive from their even shares. It is found by
 * Sinkhorn's iteration (Chizat et al., "Scaling Algorithms for Unbalanced Optimal Transport
 * Problems") with the parameters of Nguyen et al., in double precision.
 *
 * <p>The kernel is never stored: each round computes one row at a time from the scores, scales it
 * by the query's factor, and adds it to the sums of the candidates. Rows are divided into blocks
 * whose sums are added up in a fixed order, so that the result does not depend on the number of
 * threads. Memory beside the scores: {@value #BLOCKS} + 3 vectors of N doubles, and one for each
 * thread.
 */
public final class UnbalancedTransport {
  private static final double ENTROPY = 0.01;
  private static final double RELAXATION = 1e-4;
  private static final double EXPONENT = RELAXATION / (RELAXATION + ENTROPY);

  /** The iteration ends when the factors change by less than this share. */
  private static final double TOLERANCE = 1e-6;

  private static final int MOST_ROUNDS = 1000;
  private static final int BLOCKS = 8;

  private final PoolScores scores;
  private final int queries;
  private final int candidates;

  /** The factors of the queries. */
  private double[] rowFactors;

  /** The factors of the candidates. */
  private double[] columnFactors;

  private UnbalancedTransport(PoolScores scores) {
    this.scores = scores;
    this.queries = scores.queries();
    this.candidates = scores.candidates();
    this.rowFactors = ones(queries);
    this.columnFactors = ones(candidates);
  }

  private static double[] ones(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * The mass that each candidate receives.
   *
   * @param progress called with 1 for each row of scores processed, in any thread; four to six
   *     passes over all rows are usual, a thousand are the most
   * @return shape [candidates]; the sum is 1 up to the tolerance of the iteration
   * @throws IllegalArgumentException when scores are so low that a query can send, or a candidate
   *     receive, nothing: far below -1, which no cosine is
   */
  public static double[] masses(PoolScores scores, IntConsumer progress) {
    return new UnbalancedTransport(scores).solve(progress);
  }

  private double[] solve(IntConsumer progress) {
    double[] masses = new double[0];
    double change = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MOST_ROUNDS && change >= TOLERANCE; round++) {
      double[] nextRows = new double[queries];
      double[] sums = scaleRows(nextRows, progress);
      double[] nextColumns = new double[candidates];
      masses = sums;
      for (int column = 0; column < candidates; column++) {
        if (!(sums[column] > 0)) {
          throw new IllegalArgumentException(
              "candidate %d: its scores are so low that it can receive no mass; this algorithm is for similarities from -1 to 1"
                  .formatted(column));
        }
        nextColumns[column] = Math.pow(1 / (candidates * sums[column]), EXPONENT);
        masses[column] *= nextColumns[column];
      }
      change = (change(rowFactors, nextRows) + change(columnFactors, nextColumns)) / 2;
      rowFactors = nextRows;
      columnFactors = nextColumns;
    }
    return masses;
  }

  /**
   * Computes the factors of the queries, with which each sends exactly its share.
   *
   * @param factors receives the factors
   * @return the sum of each column of the kernel with its rows scaled by these
   */
  private double[] scaleRows(double[] factors, IntConsumer progress) {
    int blocks = Math.min(queries, BLOCKS);
    return IntStream.range(0, blocks)
        .parallel()
        .mapToObj(
            block -> {
              int begin = (int) ((long) queries * block / blocks);
              int end = (int) ((long) queries * (block + 1) / blocks);
              return scaleRows(begin, end, factors, progress);
            })
        // The stream keeps the order of the blocks; they are added up one after the other.
        .toList()
        .stream()
        .reduce(UnbalancedTransport::add)
        .orElseThrow();
  }

  private double[] scaleRows(int begin, int end, double[] factors, IntConsumer progress) {
    double[] sums = new double[candidates];
    double[] kernel = new double[candidates];
    double evenShares = 1.0 / ((double) queries * candidates);
    for (int row = begin; row < end; row++) {
      float[] similarities = scores.rows()[row];
      double sum = 0;
      for (int column = 0; column < candidates; column++) {
        double cost = (1 - (double) similarities[column]) / 2;
        kernel[column] = Math.exp(-cost / ENTROPY) * evenShares;
        sum += kernel[column] * columnFactors[column];
      }
      double factor = 1 / (queries * sum);
      if (!Double.isFinite(factor) || factor == 0) {
        throw new IllegalArgumentException(
            "query %d: its scores are out of the range in which mass can be moved; this algorithm is for similarities from -1 to 1"
                .formatted(row));
      }
      factors[row] = factor;
      for (int column = 0; column < candidates; column++) {
        sums[column] += kernel[column] * factor;
      }
      progress.accept(1);
    }
    return sums;
  }

  private static double[] add(double[] sums, double[] more) {
    for (int column = 0; column < sums.length; column++) {
      sums[column] += more[column];
    }
    return sums;
  }

  /** The largest change of a factor, relative to the largest factor and never to less than 1. */
  private static double change(double[] before, double[] after) {
    double largest = 1;
    double change = 0;
    for (int i = 0; i < before.length; i++) {
      largest = Math.max(largest, Math.max(Math.abs(before[i]), Math.abs(after[i])));
      change = Math.max(change, Math.abs(after[i] - before[i]));
    }
    return change / largest;
  }
}
