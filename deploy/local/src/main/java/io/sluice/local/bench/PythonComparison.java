package io.sluice.local.bench;

import io.sluice.gpuworker.representation.Projection;
import io.sluice.local.bench.RepresentBench.Totals;
import io.sluice.schemas.Candidate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Has this program and Python represent the same candidates in turns, a batch each, so that
 * whatever else happens on the machine slows both of them.
 */
public final class PythonComparison {
  /** The vectors of both sides are the same up to rounding. */
  private static final double LEAST_AGREEMENT = 0.999;

  private final RepresentBench bench;
  private final PythonGradients python;
  private final List<Candidate> candidates;
  private final int warmUp;

  /**
   * Prepares a comparison.
   *
   * @param candidates the examples that Python was started with, in the same order
   * @param warmUp how many of them are represented before the measurement
   */
  public PythonComparison(
      RepresentBench bench, PythonGradients python, List<Candidate> candidates, int warmUp) {
    this.bench = bench;
    this.python = python;
    this.candidates = List.copyOf(candidates);
    this.warmUp = warmUp;
  }

  /**
   * The outcome.
   *
   * @param ours what this program did and used
   * @param python the time that Python took for the same candidates
   * @param lowest the lowest ratio of a round
   * @param highest the highest ratio of a round
   */
  public record Result(Totals ours, Duration python, double lowest, double highest) {
    /** How many times as many candidates per second this program represents. */
    public double ratio() {
      return PythonComparison.ratio(python, ours.wall());
    }
  }

  /**
   * Compares the vectors of the first candidate.
   *
   * @param projection applied to Python's vectors
   * @return the lowest cosine of both sides' vectors at a checkpoint
   * @throws IOException when the vectors are not the same up to rounding, so that a comparison of
   *     the speed would mean nothing
   */
  public double agreement(Projection projection) throws IOException {
    float[][] rows = bench.rows(candidates.get(0));
    float[][] others = python.first(rows.length);
    double agreement = 1;
    for (int c = 0; c < rows.length; c++) {
      agreement = Math.min(agreement, cosine(rows[c], projection.apply(others[c], c)));
    }
    if (!(agreement >= LEAST_AGREEMENT)) {
      throw new IOException(
          "Python computes other vectors (cosine "
              + agreement
              + "), so that the speeds cannot be compared");
    }
    return agreement;
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresOfA += (double) a[i] * a[i];
      squaresOfB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squaresOfA * squaresOfB);
  }

  /** Represents all candidates on both sides; the sides take turns to be the first of a round. */
  public Result run() throws IOException {
    bench.run(candidates.subList(0, warmUp));
    python.compute(0, warmUp);
    Result result = round(warmUp, true);
    boolean oursFirst = false;
    for (int begin = warmUp + RepresentBench.BATCH;
        begin < candidates.size();
        begin += RepresentBench.BATCH) {
      Result round = round(begin, oursFirst);
      result =
          new Result(
              result.ours().plus(round.ours()),
              result.python().plus(round.python()),
              Math.min(result.lowest(), round.lowest()),
              Math.max(result.highest(), round.highest()));
      oursFirst = !oursFirst;
    }
    return result;
  }

  private Result round(int begin, boolean oursFirst) throws IOException {
    int end = Math.min(begin + RepresentBench.BATCH, candidates.size());
    List<Candidate> batch = candidates.subList(begin, end);
    Duration before = oursFirst ? Duration.ZERO : python.compute(begin, end);
    Totals ours = bench.run(batch);
    Duration theirs = oursFirst ? python.compute(begin, end) : before;
    double ratio = ratio(theirs, ours.wall());
    return new Result(ours, theirs, ratio, ratio);
  }

  private static double ratio(Duration python, Duration ours) {
    return (double) python.toNanos() / ours.toNanos();
  }
}
