package io.sluice.gpuworker.representation;

/** How a gradient becomes a shorter vector with nearly the same cosines. */
public sealed interface Projection {
  /** The default number of values of a sketch. */
  int DEFAULT_DIMENSION = 8192;

  /** The default seed of a sketch. */
  long DEFAULT_SEED = 0;

  /** The default: a sketch of {@link #DEFAULT_DIMENSION} values. */
  Projection DEFAULT = sketch(DEFAULT_DIMENSION);

  /** A sketch of so many values, a multiple of 8, with the default seed. */
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

  /**
   * A count-sketch (Charikar, Chen and Farach-Colton 2002): each value is added to one bucket with
   * a random sign. Linear; keeps inner products in expectation, with a variance of about (1 /
   * {@code dimension}) for unit vectors.
   *
   * <p>The bucket of value i is {@code (i + offset of its block) mod dimension}, a block being
   * {@code dimension} values long: a gradient is read in runs at the speed of memory, and no two
   * values of a block collide.
   *
   * @param dimension buckets, at least 8 and a multiple of 8
   * @param seed which sketch; only vectors of equal seeds can be compared
   */
  record CountSketch(int dimension, long seed) implements Projection {
    /** Checks the dimension. */
    public CountSketch {
      if (dimension < 8 || dimension % 8 != 0) {
        throw new IllegalArgumentException(
            "a sketch of " + dimension + " dimensions: use a multiple of 8");
      }
    }

    @Override
    public int dimension(int size) {
      return dimension;
    }

    @Override
    public float[] apply(float[] gradient, int checkpoint) {
      long key = mix(mix(seed) + checkpoint);
      float[] sketch = new float[dimension];
      long signs = 0;
      int bucket = 0;
      for (int i = 0; i < gradient.length; i++) {
        if (i % dimension == 0) {
          bucket = (int) Long.remainderUnsigned(mix(key ^ mix(i)), dimension);
        }
        if ((i & 63) == 0) {
          signs = mix(key + (i >>> 6));
        }
        sketch[bucket] += (signs & 1) == 0 ? gradient[i] : -gradient[i];
        signs >>>= 1;
        bucket = bucket + 1 == dimension ? 0 : bucket + 1;
      }
      return sketch;
    }

    /**
     * The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that scrambles bits.
     */
    private static long mix(long x) {
      long z = x + 0x9e3779b97f4a7c15L;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return z ^ (z >>> 31);
    }
  }
}
