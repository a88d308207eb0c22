package io.sluice.local.study;

import io.sluice.streams.transport.PointSimilarities;
import java.io.IOException;

/** The similarities of the examples of a study in its representations. */
public interface Similarities {
  /**
   * The scores of all candidates of the pool for a task.
   *
   * @return shape [queries][candidates]
   * @throws IOException when they cannot be read
   */
  float[][] scores(String representation, String task) throws IOException;

  /**
   * The similarities of candidates to each other.
   *
   * @param candidates positions in the pool, ascending
   * @throws IOException when they cannot be read
   * @throws IllegalArgumentException when they do not fit into memory
   */
  PointSimilarities between(String representation, int[] candidates) throws IOException;
}
