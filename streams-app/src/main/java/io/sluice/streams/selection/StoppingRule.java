package io.sluice.streams.selection;

/**
 * How many nearest candidates of each query share its probability, in the algorithms of Liu et al.,
 * "TSDS: Data Selection for Task-Specific Model Finetuning", with the parameters of Nguyen et al.
 *
 * <p>Probability is spread over ever more neighbours until the distance that it has moved by then,
 * weighted by {@value #ALPHA}/{@value #SCALE}, outweighs the {@code 1 - }{@value #ALPHA} that an
 * even spread is worth.
 */
public final class StoppingRule {
  /** Weight of the distance against the spread. */
  public static final double ALPHA = 0.01;

  /** The scale of distances, C. */
  public static final double SCALE = 5;

  private StoppingRule() {}

  /**
   * Whether the spread has gone far enough.
   *
   * @param moved the distance moved by the probability of all queries together
   * @param queries M
   */
  public static boolean isReached(double moved, int queries) {
    return ALPHA / SCALE * moved >= (1 - ALPHA) * queries;
  }

  /**
   * The number of neighbours, K, if all of a query's neighbours get equal shares: the smallest one
   * for which the sum over queries and k up to K of (d[K+1] - d[k]) {@linkplain #isReached is
   * reached}; all of them if it never is.
   *
   * @param distances the sum over the queries of the distance of their k-th neighbour, for each k;
   *     ascending
   * @param queries M
   */
  static int neighbours(double[] distances, int queries) {
    double before = 0;
    for (int k = 1; k < distances.length; k++) {
      before += distances[k - 1];
      if (isReached(k * distances[k] - before, queries)) {
        return k;
      }
    }
    return distances.length;
  }
}
