package io.sluice.streams.similarity;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * By the processor's vector instructions, of any width up to 512 bits: products and sums of 16
 * bits, widened to 32 before they could overflow.
 *
 * <p>The JIT keeps a vector in a register only where it is a local variable of its own and gives up
 * inlining in long methods: a tile of four queries, or the widening in a method of its own, is
 * several times slower.
 */
final class VectorByteProducts implements ByteProducts {
  private static final VectorShape SHAPE =
      VectorShape.forBitSize(Math.min(512, VectorShape.preferredShape().vectorBitSize()));

  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);

  /** Bytes that fill a vector of shorts. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));

  @Override
  public void tile(
      byte[][] queries,
      int query,
      int from,
      byte[][] candidates,
      int candidate,
      int count,
      int addends,
      int[] sums) {

    byte[] q0 = queries[query];
    byte[] q1 = queries[query + 1];
    byte[] c0 = candidates[candidate];
    byte[] c1 = candidates[candidate + 1];
    byte[] c2 = candidates[candidate + 2];
    byte[] c3 = candidates[candidate + 3];
    IntVector total00 = IntVector.zero(INTS);
    IntVector total01 = IntVector.zero(INTS);
    IntVector total02 = IntVector.zero(INTS);
    IntVector total03 = IntVector.zero(INTS);
    IntVector total10 = IntVector.zero(INTS);
    IntVector total11 = IntVector.zero(INTS);
    IntVector total12 = IntVector.zero(INTS);
    IntVector total13 = IntVector.zero(INTS);
    int stride = addends * SHORTS.length();
    for (int begin = 0; begin < count; begin += stride) {
      int end = Math.min(begin + stride, count);
      ShortVector sum00 = ShortVector.zero(SHORTS);
      ShortVector sum01 = ShortVector.zero(SHORTS);
      ShortVector sum02 = ShortVector.zero(SHORTS);
      ShortVector sum03 = ShortVector.zero(SHORTS);
      ShortVector sum10 = ShortVector.zero(SHORTS);
      ShortVector sum11 = ShortVector.zero(SHORTS);
      ShortVector sum12 = ShortVector.zero(SHORTS);
      ShortVector sum13 = ShortVector.zero(SHORTS);
      for (int i = begin; i < end; i += SHORTS.length()) {
        ShortVector x0 = shorts(q0, from + i);
        ShortVector x1 = shorts(q1, from + i);
        ShortVector y = shorts(c0, i);
        sum00 = sum00.add(x0.mul(y));
        sum10 = sum10.add(x1.mul(y));
        y = shorts(c1, i);
        sum01 = sum01.add(x0.mul(y));
        sum11 = sum11.add(x1.mul(y));
        y = shorts(c2, i);
        sum02 = sum02.add(x0.mul(y));
        sum12 = sum12.add(x1.mul(y));
        y = shorts(c3, i);
        sum03 = sum03.add(x0.mul(y));
        sum13 = sum13.add(x1.mul(y));
      }
      IntVector pairs;
      pairs = sum00.reinterpretAsInts();
      total00 =
          total00
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum01.reinterpretAsInts();
      total01 =
          total01
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum02.reinterpretAsInts();
      total02 =
          total02
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum03.reinterpretAsInts();
      total03 =
          total03
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum10.reinterpretAsInts();
      total10 =
          total10
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum11.reinterpretAsInts();
      total11 =
          total11
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum12.reinterpretAsInts();
      total12 =
          total12
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum13.reinterpretAsInts();
      total13 =
          total13
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
    }
    sums[0] = total00.reduceLanes(VectorOperators.ADD);
    sums[1] = total01.reduceLanes(VectorOperators.ADD);
    sums[2] = total02.reduceLanes(VectorOperators.ADD);
    sums[3] = total03.reduceLanes(VectorOperators.ADD);
    sums[CANDIDATES] = total10.reduceLanes(VectorOperators.ADD);
    sums[CANDIDATES + 1] = total11.reduceLanes(VectorOperators.ADD);
    sums[CANDIDATES + 2] = total12.reduceLanes(VectorOperators.ADD);
    sums[CANDIDATES + 3] = total13.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void column(
      byte[][] queries, int query, int from, byte[] candidate, int count, int addends, int[] sums) {

    byte[] q0 = queries[query];
    byte[] q1 = queries[query + 1];
    byte[] q2 = queries[query + 2];
    byte[] q3 = queries[query + 3];
    IntVector total0 = IntVector.zero(INTS);
    IntVector total1 = IntVector.zero(INTS);
    IntVector total2 = IntVector.zero(INTS);
    IntVector total3 = IntVector.zero(INTS);
    int stride = addends * SHORTS.length();
    for (int begin = 0; begin < count; begin += stride) {
      int end = Math.min(begin + stride, count);
      ShortVector sum0 = ShortVector.zero(SHORTS);
      ShortVector sum1 = ShortVector.zero(SHORTS);
      ShortVector sum2 = ShortVector.zero(SHORTS);
      ShortVector sum3 = ShortVector.zero(SHORTS);
      for (int i = begin; i < end; i += SHORTS.length()) {
        ShortVector y = shorts(candidate, i);
        sum0 = sum0.add(shorts(q0, from + i).mul(y));
        sum1 = sum1.add(shorts(q1, from + i).mul(y));
        sum2 = sum2.add(shorts(q2, from + i).mul(y));
        sum3 = sum3.add(shorts(q3, from + i).mul(y));
      }
      IntVector pairs;
      pairs = sum0.reinterpretAsInts();
      total0 =
          total0
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum1.reinterpretAsInts();
      total1 =
          total1
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum2.reinterpretAsInts();
      total2 =
          total2
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
      pairs = sum3.reinterpretAsInts();
      total3 =
          total3
              .add(
                  pairs
                      .lanewise(VectorOperators.LSHL, Short.SIZE)
                      .lanewise(VectorOperators.ASHR, Short.SIZE))
              .add(pairs.lanewise(VectorOperators.ASHR, Short.SIZE));
    }
    sums[0] = total0.reduceLanes(VectorOperators.ADD);
    sums[1] = total1.reduceLanes(VectorOperators.ADD);
    sums[2] = total2.reduceLanes(VectorOperators.ADD);
    sums[3] = total3.reduceLanes(VectorOperators.ADD);
  }

  private static ShortVector shorts(byte[] from, int at) {
    return (ShortVector)
        ByteVector.fromArray(BYTES, from, at).convertShape(VectorOperators.B2S, SHORTS, 0);
  }
}
