package io.sluice.streams.similarity;

import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * By the processor's vector instructions, of any width up to 512 bits.
 *
 * <p>What two shorts have chosen is added byte by byte: 2 x {@value #LARGEST} still fits. Running
 * sums are of two kinds: of these shorts as numbers, which overflow, and of their upper bytes,
 * which do not; the first less 256 times the second is the sum of the lower bytes, in 16 bits, for
 * which it is small enough.
 *
 * <p>What keeps the JIT of Java 17 from putting vectors on the heap, at a twentieth of the speed:
 * each is a local variable of its own in a short method, hence no loop over queries and candidates;
 * sums leave through memory; and no other class of this JVM uses vectors of shorts of another
 * width.
 */
final class VectorSignProducts implements SignProducts {
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class,
          VectorShape.forBitSize(Math.min(512, VectorShape.preferredShape().vectorBitSize())));

  /** Shorts of a piece that a lane can add up: the sums of both halves together fit in 16 bits. */
  private static final int ADDENDS = 256;

  @Override
  public void tile(
      short[] queries,
      int from,
      int stride,
      short[][] candidates,
      int candidate,
      int count,
      int[] sums,
      int at) {
    short[] lanes = new short[QUERIES * CANDIDATES * SHORTS.length()];
    int length = ADDENDS * SHORTS.length();
    for (int begin = 0; begin < count; begin += length) {
      addTile(
          queries,
          from,
          stride,
          candidates,
          candidate,
          begin,
          Math.min(begin + length, count),
          lanes);
      reduce(lanes, sums, at);
    }
  }

  private static void addTile(
      short[] queries,
      int from,
      int stride,
      short[][] candidates,
      int candidate,
      int begin,
      int end,
      short[] lanes) {

    short[] c0 = candidates[candidate];
    short[] c1 = candidates[candidate + 1];
    short[] c2 = candidates[candidate + 2];
    short[] c3 = candidates[candidate + 3];
    int from1 = from + stride;
    int width = SHORTS.length();
    ShortVector sum00 = ShortVector.zero(SHORTS);
    ShortVector upper00 = ShortVector.zero(SHORTS);
    ShortVector sum01 = ShortVector.zero(SHORTS);
    ShortVector upper01 = ShortVector.zero(SHORTS);
    ShortVector sum02 = ShortVector.zero(SHORTS);
    ShortVector upper02 = ShortVector.zero(SHORTS);
    ShortVector sum03 = ShortVector.zero(SHORTS);
    ShortVector upper03 = ShortVector.zero(SHORTS);
    ShortVector sum10 = ShortVector.zero(SHORTS);
    ShortVector upper10 = ShortVector.zero(SHORTS);
    ShortVector sum11 = ShortVector.zero(SHORTS);
    ShortVector upper11 = ShortVector.zero(SHORTS);
    ShortVector sum12 = ShortVector.zero(SHORTS);
    ShortVector upper12 = ShortVector.zero(SHORTS);
    ShortVector sum13 = ShortVector.zero(SHORTS);
    ShortVector upper13 = ShortVector.zero(SHORTS);
    for (int i = begin; i < end; i += 2 * width) {
      ShortVector x0 = ShortVector.fromArray(SHORTS, queries, from + i);
      ShortVector y0 = ShortVector.fromArray(SHORTS, queries, from + i + width);
      ShortVector x1 = ShortVector.fromArray(SHORTS, queries, from1 + i);
      ShortVector y1 = ShortVector.fromArray(SHORTS, queries, from1 + i + width);
      ShortVector first = ShortVector.fromArray(SHORTS, c0, i);
      ShortVector second = ShortVector.fromArray(SHORTS, c0, i + width);
      ShortVector chosen = x0.and(first).add(y0.and(second));
      sum00 = sum00.add(chosen);
      upper00 = upper00.add(chosen.lanewise(VectorOperators.LSHR, 8));
      chosen = x1.and(first).add(y1.and(second));
      sum10 = sum10.add(chosen);
      upper10 = upper10.add(chosen.lanewise(VectorOperators.LSHR, 8));
      first = ShortVector.fromArray(SHORTS, c1, i);
      second = ShortVector.fromArray(SHORTS, c1, i + width);
      chosen = x0.and(first).add(y0.and(second));
      sum01 = sum01.add(chosen);
      upper01 = upper01.add(chosen.lanewise(VectorOperators.LSHR, 8));
      chosen = x1.and(first).add(y1.and(second));
      sum11 = sum11.add(chosen);
      upper11 = upper11.add(chosen.lanewise(VectorOperators.LSHR, 8));
      first = ShortVector.fromArray(SHORTS, c2, i);
      second = ShortVector.fromArray(SHORTS, c2, i + width);
      chosen = x0.and(first).add(y0.and(second));
      sum02 = sum02.add(chosen);
      upper02 = upper02.add(chosen.lanewise(VectorOperators.LSHR, 8));
      chosen = x1.and(first).add(y1.and(second));
      sum12 = sum12.add(chosen);
      upper12 = upper12.add(chosen.lanewise(VectorOperators.LSHR, 8));
      first = ShortVector.fromArray(SHORTS, c3, i);
      second = ShortVector.fromArray(SHORTS, c3, i + width);
      chosen = x0.and(first).add(y0.and(second));
      sum03 = sum03.add(chosen);
      upper03 = upper03.add(chosen.lanewise(VectorOperators.LSHR, 8));
      chosen = x1.and(first).add(y1.and(second));
      sum13 = sum13.add(chosen);
      upper13 = upper13.add(chosen.lanewise(VectorOperators.LSHR, 8));
    }
    sum00.sub(upper00.lanewise(VectorOperators.LSHL, 8)).add(upper00).intoArray(lanes, 0);
    sum01.sub(upper01.lanewise(VectorOperators.LSHL, 8)).add(upper01).intoArray(lanes, width);
    sum02.sub(upper02.lanewise(VectorOperators.LSHL, 8)).add(upper02).intoArray(lanes, 2 * width);
    sum03.sub(upper03.lanewise(VectorOperators.LSHL, 8)).add(upper03).intoArray(lanes, 3 * width);
    sum10.sub(upper10.lanewise(VectorOperators.LSHL, 8)).add(upper10).intoArray(lanes, 4 * width);
    sum11.sub(upper11.lanewise(VectorOperators.LSHL, 8)).add(upper11).intoArray(lanes, 5 * width);
    sum12.sub(upper12.lanewise(VectorOperators.LSHL, 8)).add(upper12).intoArray(lanes, 6 * width);
    sum13.sub(upper13.lanewise(VectorOperators.LSHL, 8)).add(upper13).intoArray(lanes, 7 * width);
  }

  /** Adds up each sum's lanes, numbers of 16 bits without a sign. */
  private static void reduce(short[] lanes, int[] sums, int at) {
    for (int i = 0; i < lanes.length; i += SHORTS.length()) {
      int sum = 0;
      for (int lane = i; lane < i + SHORTS.length(); lane++) {
        sum += lanes[lane] & 0xffff;
      }
      sums[at + i / SHORTS.length()] += sum;
    }
  }
}
