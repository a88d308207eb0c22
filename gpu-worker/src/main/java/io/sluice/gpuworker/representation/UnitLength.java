package io.sluice.gpuworker.representation;

/** L2 norms of vectors. */
public final class UnitLength {
  private UnitLength() {}

  /** The L2 norm, summed in double precision. */
  public static double norm(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  /**
   * Scales a vector to unit norm, in place.
   *
   * @return whether it has a direction; without one it is left as it is
   */
  public static boolean scale(float[] vector) {
    double norm = norm(vector);
    if (!(norm > 0) || Double.isInfinite(norm)) {
      return false;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / norm);
    }
    return true;
  }
}
