package io.sluice.streams.similarity;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops with the processor's vector instructions, of any width up to 512 bits.
 *
 * <p>The values selected in two shorts are added byte by byte: 2 x {@value #LARGEST} still fits
 * into a byte. There are two kinds of running sums: those of these shorts as numbers, which
 * overflow, and those of their upper bytes, which do not. The first minus 256 times the second is
 * the sum of the lower bytes modulo 2^16, and that sum is small enough to be exact.
 *
 * <p>The JIT compiler of Java 17 allocates vectors on the heap, which is twenty times slower,
 * unless three conditions hold: each vector is a separate local variable in a short method (hence
 * there is no loop over queries and candidates), sums are returned through memory, and no other
 * class in this JVM uses vectors of shorts of another width.
 */
final class VectorSignProducts implements SignProducts {
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(
          short.class,
          VectorShape.forBitSize(Math.min(512, VectorShape.preferredShape().vectorBitSize())));

  /**
   * Shorts of a piece that one lane can add up: so few that the sum of both halves fits into 16
   * bits.
   */
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
    int from1 = from + stride;
    int from2 = from + 2 * stride;
    int from3 = from + 3 * stride;
    int width = SHORTS.length();
    ShortVector sum00 = ShortVector.zero(SHORTS);
    ShortVector upper00 = ShortVector.zero(SHORTS);
    ShortVector sum01 = ShortVector.zero(SHORTS);
    ShortVector upper01 = ShortVector.zero(SHORTS);
    ShortVector sum10 = ShortVector.zero(SHORTS);
    ShortVector upper10 = ShortVector.zero(SHORTS);
    ShortVector sum11 = ShortVector.zero(SHORTS);
    ShortVector upper11 = ShortVector.zero(SHORTS);
    ShortVector sum20 = ShortVector.zero(SHORTS);
    ShortVector upper20 = ShortVector.zero(SHORTS);
    ShortVector sum21 = ShortVector.zero(SHORTS);
    ShortVector upper21 = ShortVector.zero(SHORTS);
    ShortVector sum30 = ShortVector.zero(SHORTS);
    ShortVector upper30 = ShortVector.zero(SHORTS);
    ShortVector sum31 = ShortVector.zero(SHORTS);
    ShortVector upper31 = ShortVector.zero(SHORTS);
    for (int i = begin; i < end; i += 2 * width) {
      ShortVector x0 = ShortVector.fromArray(SHORTS, queries, from + i);
      ShortVector y0 = ShortVector.fromArray(SHORTS, queries, from + i + width);
      ShortVector x1 = ShortVector.fromArray(SHORTS, queries, from1 + i);
      ShortVector y1 = ShortVector.fromArray(SHORTS, queries, from1 + i + width);
      ShortVector x2 = ShortVector.fromArray(SHORTS, queries, from2 + i);
      ShortVector y2 = ShortVector.fromArray(SHORTS, queries, from2 + i + width);
      ShortVector x3 = ShortVector.fromArray(SHORTS, queries, from3 + i);
      ShortVector y3 = ShortVector.fromArray(SHORTS, queries, from3 + i + width);
      ShortVector first = ShortVector.fromArray(SHORTS, c0, i);
      ShortVector second = ShortVector.fromArray(SHORTS, c0, i + width);
      ShortVector selected = x0.and(first).add(y0.and(second));
      sum00 = sum00.add(selected);
      upper00 = upper00.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x1.and(first).add(y1.and(second));
      sum10 = sum10.add(selected);
      upper10 = upper10.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x2.and(first).add(y2.and(second));
      sum20 = sum20.add(selected);
      upper20 = upper20.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x3.and(first).add(y3.and(second));
      sum30 = sum30.add(selected);
      upper30 = upper30.add(selected.lanewise(VectorOperators.LSHR, 8));
      first = ShortVector.fromArray(SHORTS, c1, i);
      second = ShortVector.fromArray(SHORTS, c1, i + width);
      selected = x0.and(first).add(y0.and(second));
      sum01 = sum01.add(selected);
      upper01 = upper01.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x1.and(first).add(y1.and(second));
      sum11 = sum11.add(selected);
      upper11 = upper11.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x2.and(first).add(y2.and(second));
      sum21 = sum21.add(selected);
      upper21 = upper21.add(selected.lanewise(VectorOperators.LSHR, 8));
      selected = x3.and(first).add(y3.and(second));
      sum31 = sum31.add(selected);
      upper31 = upper31.add(selected.lanewise(VectorOperators.LSHR, 8));
    }
    sum00.sub(upper00.lanewise(VectorOperators.LSHL, 8)).add(upper00).intoArray(lanes, 0);
    sum01.sub(upper01.lanewise(VectorOperators.LSHL, 8)).add(upper01).intoArray(lanes, width);
    sum10.sub(upper10.lanewise(VectorOperators.LSHL, 8)).add(upper10).intoArray(lanes, 2 * width);
    sum11.sub(upper11.lanewise(VectorOperators.LSHL, 8)).add(upper11).intoArray(lanes, 3 * width);
    sum20.sub(upper20.lanewise(VectorOperators.LSHL, 8)).add(upper20).intoArray(lanes, 4 * width);
    sum21.sub(upper21.lanewise(VectorOperators.LSHL, 8)).add(upper21).intoArray(lanes, 5 * width);
    sum30.sub(upper30.lanewise(VectorOperators.LSHL, 8)).add(upper30).intoArray(lanes, 6 * width);
    sum31.sub(upper31.lanewise(VectorOperators.LSHL, 8)).add(upper31).intoArray(lanes, 7 * width);
  }

  /** Adds up the lanes of each sum, which are unsigned numbers of 16 bits. */
  private static void reduce(short[] lanes, int[] sums, int at) {
    for (int i = 0; i < lanes.length; i += SHORTS.length()) {
      IntVector pairs = ShortVector.fromArray(SHORTS, lanes, i).reinterpretAsInts();
      int sum =
          pairs
              .and(0xffff)
              .add(pairs.lanewise(VectorOperators.LSHR, Short.SIZE))
              .reduceLanes(VectorOperators.ADD);
      sums[at + i / SHORTS.length()] += sum;
    }
  }
}
