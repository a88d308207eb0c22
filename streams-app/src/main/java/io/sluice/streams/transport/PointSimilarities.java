package io.sluice.streams.transport;

/**
 * The similarities of some candidates, the points, to each other, computed block by block when they
 * are needed. Thread-safe.
 */
public interface PointSimilarities {
  /** The number of points. */
  int size();

  /**
   * Computes the similarities of some points to all points, of each point to itself included.
   *
   * @param from the first of the points
   * @param rows receives them, shape [some][size()]; its length says how many points they are
   */
  void compute(int from, double[][] rows);
}
