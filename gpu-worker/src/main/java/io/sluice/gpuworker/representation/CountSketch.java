package io.sluice.gpuworker.representation;

/**
 * A count-sketch (Charikar, Chen and Farach-Colton 2002): each value is added to one bucket with a
 * random sign. Linear; keeps inner products in expectation, with a variance of about (1 / {@code
 * buckets}) for unit vectors.
 *
 * <p>The bucket of value i is {@code (i + offset of its block) mod buckets}, a block being as long
 * as there are buckets: a gradient is read in two runs a block at the speed of memory, no two
 * values of a block collide, and the work does not depend on the number of buckets. Each bucket
 * takes one value of each block, in the order of the blocks, so that its sum is the same to the
 * last bit wherever it is made.
 *
 * <p>A gradient that is shorter than the sketch is not stretched: it has as many buckets as values,
 * rounded up to a multiple of 8.
 *
 * @param dimension buckets at most, 8 to {@link #MAX_DIMENSION}, a multiple of 8
 * @param seed which sketch; only vectors of equal seeds can be compared
 */
public record CountSketch(int dimension, long seed) implements Projection {
  /** The most buckets. */
  public static final int MAX_DIMENSION = 1 << 18;

  private static final int STEP = 8;

  /** Checks the dimension. */
  public CountSketch {
    if (dimension < STEP || dimension > MAX_DIMENSION || dimension % STEP != 0) {
      throw new IllegalArgumentException(
          "a sketch of "
              + dimension
              + " dimensions: use a multiple of 8 from 8 to "
              + MAX_DIMENSION);
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

  /** Adds the values from {@code begin} to {@code end} to the buckets from {@code into} on. */
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

  /** What the random choices of a checkpoint follow from. */
  long key(int checkpoint) {
    return mix(mix(seed) + checkpoint);
  }

  /** The bucket of the first value of the block that begins at value {@code begin}. */
  static int offset(long key, int begin, int buckets) {
    return (int) Long.remainderUnsigned(mix(key ^ mix(begin)), buckets);
  }

  /** Bit {@code i mod 64} is 1 where value i changes its sign; of the 64 values around i. */
  static long signs(long key, int i) {
    return mix(key + (i >>> 6));
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that scrambles bits. */
  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
