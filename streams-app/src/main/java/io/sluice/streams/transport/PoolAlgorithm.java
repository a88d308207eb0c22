package io.sluice.streams.transport;

import java.util.Arrays;
import java.util.Optional;

/**
 * The algorithms that need the scores of the whole pool at once, and therefore select on demand.
 */
public enum PoolAlgorithm {
  /** {@link UnbalancedTransport}. */
  UOT("uot"),
  /** {@link KnnKde}. */
  KNN_KDE("knn-kde");

  private final String label;

  PoolAlgorithm(String label) {
    this.label = label;
  }

  /** The name on the command line. */
  public String label() {
    return label;
  }

  /** The algorithm of this name; empty when there is none. */
  public static Optional<PoolAlgorithm> named(String name) {
    return Arrays.stream(values()).filter(algorithm -> algorithm.label.equals(name)).findFirst();
  }
}
