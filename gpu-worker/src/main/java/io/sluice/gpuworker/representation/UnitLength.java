package io.sluice.gpuworker.representation;

/** Computes the L2 norm of vectors and scales them to unit length. */
public final class UnitLength {
  private UnitLength() {}

  /** The L2 norm of a vector, summed in double precision. */
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
   * @return false when the norm is zero or not finite; the vector is then not changed
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
