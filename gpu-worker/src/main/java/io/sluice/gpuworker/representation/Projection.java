package io.sluice.gpuworker.representation;

/**
 * Shortens gradients such that the cosines between them are nearly preserved. Implementations are
 * immutable and thread-safe.
 *
 * <p>The text form of a projection is part of the representation's fingerprint.
 */
public sealed interface Projection permits Projection.None, CountSketch {
  /**
   * The default for the largest number of values of a sketch; deploy/docs/encodings.md gives the
   * reasons.
   */
  int DEFAULT_DIMENSION = 32_768;

  /** The default seed of a sketch's random offsets and signs. */
  long DEFAULT_SEED = 0;

  /** A sketch of {@link #DEFAULT_DIMENSION} values with the default seed. */
  Projection DEFAULT = sketch(DEFAULT_DIMENSION);

  /**
   * A sketch with the default seed.
   *
   * @param dimension the largest number of values, a multiple of 8
   */
  static Projection sketch(int dimension) {
    return new CountSketch(dimension, DEFAULT_SEED);
  }

  /**
   * The number of values after projection.
   *
   * @param size the number of values of a gradient
   */
  int dimension(int size);

  /**
   * Projects a gradient.
   *
   * @param gradient not changed
   * @param checkpoint index of the gradient's checkpoint, from 0. The projection differs between
   *     checkpoints, so that the errors average out.
   * @return a new array of {@link #dimension} values
   */
  float[] apply(float[] gradient, int checkpoint);

  /** No projection: vectors are complete gradients. */
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
