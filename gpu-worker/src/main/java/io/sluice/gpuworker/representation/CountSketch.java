package io.sluice.gpuworker.representation;

/**
 * A count-sketch (Charikar, Chen and Farach-Colton 2002): each value is added to one bucket with a
 * random sign. The sketch is linear and preserves inner products in expectation, with a variance of
 * about {@code 1 / buckets} for unit vectors.
 *
 * <p>The gradient is cut into blocks of as many values as there are buckets. The bucket of value i
 * is {@code (i + offset of its block) mod buckets}, with a random offset for each block. A block is
 * therefore added in two contiguous runs at the speed of memory, no two values of a block collide,
 * and the work does not depend on the number of buckets. Each bucket sums one value per block, in
 * the order of the blocks, so the sum is the same to the last bit on every processor; a GPU sums in
 * an order of its own.
 *
 * <p>The sketch of a gradient with fewer values than {@code dimension} has only as many buckets as
 * the gradient has values, rounded up to a multiple of 8.
 *
 * <p>The text form of this record is part of the representation's fingerprint.
 *
 * @param dimension the largest number of buckets, 8 to {@link #MAX_DIMENSION}, a multiple of 8
 * @param seed determines the random offsets and signs; only vectors with the same seed can be
 *     compared
 */
public record CountSketch(int dimension, long seed) implements Projection {
  /** The largest allowed {@code dimension}. */
  public static final int MAX_DIMENSION = 1 << 18;

  private static final int STEP = 8;

  /** Throws {@link IllegalArgumentException} when the dimension is not allowed. */
  public CountSketch {
    if (dimension < STEP || dimension > MAX_DIMENSION || dimension % STEP != 0) {
      throw new IllegalArgumentException(
          "sketch dimension " + dimension + ": use a multiple of 8 from 8 to " + MAX_DIMENSION);
    }
  }

  @Override
  public int dimension(int size) {
    return (int) Math.min(dimension, (size + STEP - 1L) / STEP * STEP);
  }

  @Override
  public float[] apply(float[] gradient, int checkpoint) {
    int buckets = dimension(gradient.length);
    long key = key(checkpoint);
    float[] sketch = new float[buckets];
    for (int begin = 0; begin < gradient.length; begin += buckets) {
      int end = Math.min(gradient.length, begin + buckets);
      int offset = offset(key, begin, buckets);
      int wrap = Math.min(end, begin + buckets - offset);
      add(key, gradient, begin, wrap, sketch, offset);
      add(key, gradient, wrap, end, sketch, 0);
    }
    return sketch;
  }

  /**
   * Adds the values from {@code begin} to {@code end} (exclusive), with their signs, to consecutive
   * buckets, the first one being {@code into}.
   */
  private static void add(
      long key, float[] gradient, int begin, int end, float[] sketch, int into) {
    int shift = into - begin;
    int i = begin;
    while (i < end) {
      int until = Math.min(end, (i | Long.SIZE - 1) + 1);
      long bits = signs(key, i) >>> i;
      for (; i < until; i++) {
        int sign = (int) bits << 31;
        sketch[i + shift] += Float.intBitsToFloat(Float.floatToRawIntBits(gradient[i]) ^ sign);
        bits >>>= 1;
      }
    }
  }

  /** The key from which the random offsets and signs for a checkpoint are derived. */
  long key(int checkpoint) {
    return mix(mix(seed) + checkpoint);
  }

  /** The bucket of the first value of the block that begins at value {@code begin}. */
  static int offset(long key, int begin, int buckets) {
    return (int) Long.remainderUnsigned(mix(key ^ mix(begin)), buckets);
  }

  /**
   * The signs of the 64 values whose indices share {@code i / 64}: bit {@code j mod 64} is 1 when
   * value j is negated.
   */
  static long signs(long key, int i) {
    return mix(key + (i >>> 6));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that mixes bits. */
  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
