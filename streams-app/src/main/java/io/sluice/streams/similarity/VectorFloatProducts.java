package io.sluice.streams.similarity;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops with the processor's vector instructions, of any width up to 512 bits.
 *
 * <p>A tile keeps its twenty sums in registers, so that nine loads serve twenty products. The JIT
 * compiler of Java 17 allocates vectors on the heap, which is twenty times slower, unless two
 * conditions hold: each vector is a separate local variable in a short method (hence there is no
 * loop over queries and candidates), and no other class in this JVM uses vectors of floats or bytes
 * of another width. When vectors are narrower than {@value #LANES} floats, there is one pass over
 * the piece for each part of the lanes.
 */
final class VectorFloatProducts implements FloatProducts {
  private static final VectorShape SHAPE =
      VectorShape.forBitSize(Math.min(512, VectorShape.preferredShape().vectorBitSize()));

  private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);

  /**
   * Vectors with as many bytes as a vector of floats has values, or twice as many where that would
   * be narrower than 64 bits, the minimum.
   */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, SHAPE.vectorBitSize() / 4)));

  @Override
  public void tile(
      float[] queries,
      int from,
      int stride,
      float[][] candidates,
      int candidate,
      int count,
      float[] lanes,
      int at) {
    for (int part = 0; part < LANES; part += FLOATS.length()) {
      addTile(queries, from, stride, candidates, candidate, part, count, lanes, at + part);
    }
  }

  private static void addTile(
      float[] queries,
      int from,
      int stride,
      float[][] candidates,
      int candidate,
      int first,
      int count,
      float[] lanes,
      int at) {

    int from1 = from + stride;
    int from2 = from + 2 * stride;
    int from3 = from + 3 * stride;
    int from4 = from + 4 * stride;
    float[] c0 = candidates[candidate];
    float[] c1 = candidates[candidate + 1];
    float[] c2 = candidates[candidate + 2];
    float[] c3 = candidates[candidate + 3];
    FloatVector sum00 = FloatVector.fromArray(FLOATS, lanes, at);
    FloatVector sum01 = FloatVector.fromArray(FLOATS, lanes, at + LANES);
    FloatVector sum02 = FloatVector.fromArray(FLOATS, lanes, at + 2 * LANES);
    FloatVector sum03 = FloatVector.fromArray(FLOATS, lanes, at + 3 * LANES);
    FloatVector sum10 = FloatVector.fromArray(FLOATS, lanes, at + 4 * LANES);
    FloatVector sum11 = FloatVector.fromArray(FLOATS, lanes, at + 5 * LANES);
    FloatVector sum12 = FloatVector.fromArray(FLOATS, lanes, at + 6 * LANES);
    FloatVector sum13 = FloatVector.fromArray(FLOATS, lanes, at + 7 * LANES);
    FloatVector sum20 = FloatVector.fromArray(FLOATS, lanes, at + 8 * LANES);
    FloatVector sum21 = FloatVector.fromArray(FLOATS, lanes, at + 9 * LANES);
    FloatVector sum22 = FloatVector.fromArray(FLOATS, lanes, at + 10 * LANES);
    FloatVector sum23 = FloatVector.fromArray(FLOATS, lanes, at + 11 * LANES);
    FloatVector sum30 = FloatVector.fromArray(FLOATS, lanes, at + 12 * LANES);
    FloatVector sum31 = FloatVector.fromArray(FLOATS, lanes, at + 13 * LANES);
    FloatVector sum32 = FloatVector.fromArray(FLOATS, lanes, at + 14 * LANES);
    FloatVector sum33 = FloatVector.fromArray(FLOATS, lanes, at + 15 * LANES);
    FloatVector sum40 = FloatVector.fromArray(FLOATS, lanes, at + 16 * LANES);
    FloatVector sum41 = FloatVector.fromArray(FLOATS, lanes, at + 17 * LANES);
    FloatVector sum42 = FloatVector.fromArray(FLOATS, lanes, at + 18 * LANES);
    FloatVector sum43 = FloatVector.fromArray(FLOATS, lanes, at + 19 * LANES);
    for (int i = first; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, queries, from + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, queries, from1 + i);
      FloatVector x2 = FloatVector.fromArray(FLOATS, queries, from2 + i);
      FloatVector x3 = FloatVector.fromArray(FLOATS, queries, from3 + i);
      FloatVector x4 = FloatVector.fromArray(FLOATS, queries, from4 + i);
      FloatVector y = FloatVector.fromArray(FLOATS, c0, i);
      sum00 = sum00.add(x0.mul(y));
      sum10 = sum10.add(x1.mul(y));
      sum20 = sum20.add(x2.mul(y));
      sum30 = sum30.add(x3.mul(y));
      sum40 = sum40.add(x4.mul(y));
      y = FloatVector.fromArray(FLOATS, c1, i);
      sum01 = sum01.add(x0.mul(y));
      sum11 = sum11.add(x1.mul(y));
      sum21 = sum21.add(x2.mul(y));
      sum31 = sum31.add(x3.mul(y));
      sum41 = sum41.add(x4.mul(y));
      y = FloatVector.fromArray(FLOATS, c2, i);
      sum02 = sum02.add(x0.mul(y));
      sum12 = sum12.add(x1.mul(y));
      sum22 = sum22.add(x2.mul(y));
      sum32 = sum32.add(x3.mul(y));
      sum42 = sum42.add(x4.mul(y));
      y = FloatVector.fromArray(FLOATS, c3, i);
      sum03 = sum03.add(x0.mul(y));
      sum13 = sum13.add(x1.mul(y));
      sum23 = sum23.add(x2.mul(y));
      sum33 = sum33.add(x3.mul(y));
      sum43 = sum43.add(x4.mul(y));
    }
    sum00.intoArray(lanes, at);
    sum01.intoArray(lanes, at + LANES);
    sum02.intoArray(lanes, at + 2 * LANES);
    sum03.intoArray(lanes, at + 3 * LANES);
    sum10.intoArray(lanes, at + 4 * LANES);
    sum11.intoArray(lanes, at + 5 * LANES);
    sum12.intoArray(lanes, at + 6 * LANES);
    sum13.intoArray(lanes, at + 7 * LANES);
    sum20.intoArray(lanes, at + 8 * LANES);
    sum21.intoArray(lanes, at + 9 * LANES);
    sum22.intoArray(lanes, at + 10 * LANES);
    sum23.intoArray(lanes, at + 11 * LANES);
    sum30.intoArray(lanes, at + 12 * LANES);
    sum31.intoArray(lanes, at + 13 * LANES);
    sum32.intoArray(lanes, at + 14 * LANES);
    sum33.intoArray(lanes, at + 15 * LANES);
    sum40.intoArray(lanes, at + 16 * LANES);
    sum41.intoArray(lanes, at + 17 * LANES);
    sum42.intoArray(lanes, at + 18 * LANES);
    sum43.intoArray(lanes, at + 19 * LANES);
  }

  @Override
  public void square(float[] piece, int count, float[] lanes) {
    for (int part = 0; part < LANES; part += FLOATS.length()) {
      FloatVector sum = FloatVector.fromArray(FLOATS, lanes, part);
      for (int i = part; i < count; i += LANES) {
        FloatVector x = FloatVector.fromArray(FLOATS, piece, i);
        sum = sum.add(x.mul(x));
      }
      sum.intoArray(lanes, part);
    }
  }

  @Override
  public void widen(byte[] bytes, float[] into, int count) {
    int whole = BYTES.loopBound(count);
    for (int i = 0; i < whole; i += BYTES.length()) {
      ByteVector read = ByteVector.fromArray(BYTES, bytes, i);
      for (int part = 0; part * FLOATS.length() < BYTES.length(); part++) {
        FloatVector values = (FloatVector) read.convertShape(VectorOperators.B2F, FLOATS, part);
        values.intoArray(into, i + part * FLOATS.length());
      }
    }
    for (int i = whole; i < count; i++) {
      into[i] = bytes[i];
    }
  }
}
