package io.sluice.gpuworker.representation;

/** How a gradient becomes a shorter vector with nearly the same cosines. */
public sealed interface Projection permits Projection.None, CountSketch {
  /** The default number of values of a sketch at most: deploy/docs/encodings.md says why. */
  int DEFAULT_DIMENSION = 32_768;

  /** The default seed of a sketch. */
  long DEFAULT_SEED = 0;

  /** The default: a sketch of {@link #DEFAULT_DIMENSION} values. */
  Projection DEFAULT = sketch(DEFAULT_DIMENSION);

  /** A sketch of so many values at most, a multiple of 8, with the default seed. */
  static Projection sketch(int dimension) {
    return new CountSketch(dimension, DEFAULT_SEED);
  }

  /**
   * Values after projection.
   *
   * @param size values of the gradient
   */
  int dimension(int size);

  /**
   * Projects a gradient.
   *
   * @param gradient not changed
   * @param checkpoint which checkpoint it is of, from 0: each has a projection of its own, so that
   *     their errors average out
   * @return {@link #dimension} values
   */
  float[] apply(float[] gradient, int checkpoint);

  /** Leaves the gradient as it is. */
  record None() implements Projection {
    @Override
    public int dimension(int size) {
      return size;
    }

    @Override
    public float[] apply(float[] gradient, int checkpoint) {
      return gradient.clone();
    }
  }
}
