package io.sluice.streams.trigger;

/**
 * When a subset is worth training on for the first time: its tier is full, and the pool is so much
 * larger than the budget that there was something to choose from.
 *
 * @param minPoolFactor candidates in the pool for each example of the budget, at least 1
 */
public record PoolThreshold(double minPoolFactor) {
  /**
   * Whether a job may fire.
   *
   * @param budget examples asked for
   * @param selected examples selected so far, over all tiers
   * @param pool candidates scored for the task so far
   */
  public boolean isReached(int budget, int selected, long pool) {
    return selected >= budget && pool >= minPoolFactor * budget;
  }
}
