package io.sluice.local.endtoend;

import java.util.Random;

/** Random vectors of unit length, as representations have them. */
public final class UnitVectors {
  private UnitVectors() {}

  /** Returns the next vector; its direction is distributed evenly. */
  public static float[] random(Random random, int dimension) {
    float[] vector = new float[dimension];
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += vector[i] * vector[i];
    }
    for (int i = 0; i < dimension; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }
}
