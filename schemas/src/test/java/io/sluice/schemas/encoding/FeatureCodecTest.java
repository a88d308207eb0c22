package io.sluice.schemas.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.FeatureEncoding;
import java.nio.ByteBuffer;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureCodecTest {

  @Property(tries = 200)
  void givenAnyMatrix_whenEncodedAsFloat32_thenDecodingRestoresEveryBit(
      @ForAll("matrices") float[][] rows) {
    ByteBuffer bytes = FeatureCodec.encode(FeatureEncoding.FLOAT32, rows);
    for (int c = 0; c < rows.length; c++) {
      assertThat(decoded(FeatureEncoding.FLOAT32, bytes, c, rows[c].length)).isEqualTo(rows[c]);
    }
  }

  @Property(tries = 300)
  void givenAnyMatrix_whenEncoded_thenItHasTheStatedSizeAndSignsAreKept(
      @ForAll("matrices") float[][] rows, @ForAll FeatureEncoding encoding) {
    ByteBuffer bytes = FeatureCodec.encode(encoding, rows);
    int dimension = rows[0].length;
    assertThat(bytes.remaining())
        .isEqualTo(rows.length * FeatureCodec.rowBytes(encoding, dimension));
    for (int c = 0; c < rows.length; c++) {
      float[] once = decoded(encoding, bytes, c, dimension);
      if (encoding == FeatureEncoding.SIGN) {
        ByteBuffer again = FeatureCodec.encode(encoding, new float[][] {once});
        assertThat(decoded(encoding, again, 0, dimension)).isEqualTo(once);
      }
      for (int i = 0; i < dimension; i++) {
        assertThat(once[i] * rows[c][i]).as("sign of value %s", i).isGreaterThanOrEqualTo(0);
      }
    }
  }

  @Property(tries = 60)
  void givenAnyGaussianRow_whenEncoded_thenItsDirectionIsNearlyKept(
      @ForAll long seed,
      @ForAll FeatureEncoding encoding,
      @ForAll @IntRange(min = 512, max = 2049) int dimension) {
    Random random = new Random(seed);
    float[] row = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      row[i] = (float) (random.nextGaussian() / Math.sqrt(dimension));
    }
    float[] back =
        decoded(encoding, FeatureCodec.encode(encoding, new float[][] {row}), 0, dimension);
    double expected =
        switch (encoding) {
          case FLOAT32 -> 1 - 1e-12;
          case FLOAT16 -> 1 - 1e-6;
          case INT8 -> 0.9995;
          case INT4 -> 0.98;
          // The cosine of a Gaussian vector and its signs is sqrt(2/pi) = 0.798 on average.
          case SIGN -> 0.74;
        };
    assertThat(cosine(row, back)).isGreaterThan(expected);
  }

  @Property(tries = 100)
  void givenARowScaledByAPowerOfTwo_whenQuantised_thenTheBytesAreTheSame(
      @ForAll("rows") float[] row,
      @ForAll @IntRange(min = -20, max = 20) int exponent,
      @ForAll("quantised") FeatureEncoding encoding) {
    float[] scaled = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      scaled[i] = Math.scalb(row[i], exponent);
    }
    assertThat(FeatureCodec.encode(encoding, new float[][] {scaled}))
        .isEqualTo(FeatureCodec.encode(encoding, new float[][] {row}));
  }

  @Test
  void givenKnownRows_whenEncoded_thenTheBytesAreThoseOfTheContract() {
    float[][] row = {{1f, -1f, 1f, 1f, -1f}};
    assertThat(bytes(FeatureEncoding.SIGN, row)).containsExactly(0b01101);
    // The root mean square is 1 and has two steps: 1 becomes 2 + 8 = 10, -1 becomes -2 + 8 = 6. The
    // low nibble comes first, and the last one is filled up with 8, which stands for zero.
    assertThat(bytes(FeatureEncoding.INT4, row)).containsExactly(0x6a, 0xaa, 0x86);
    assertThat(bytes(FeatureEncoding.INT8, row)).containsExactly(24, -24, 24, 24, -24);
    assertThat(bytes(FeatureEncoding.FLOAT16, new float[][] {{5f, -5f}}))
        .containsExactly(0x00, 0x3c, 0x00, 0xbc);
    assertThat(bytes(FeatureEncoding.FLOAT32, new float[][] {{1f}}))
        .containsExactly(0x00, 0x00, 0x80, 0x3f);
  }

  @Test
  void givenABufferWhosePositionIsNotZero_whenDecoded_thenReadingBeginsThereAndThePositionStays() {
    ByteBuffer encoded = FeatureCodec.encode(FeatureEncoding.INT8, new float[][] {{1f}, {-1f}});
    ByteBuffer shifted = ByteBuffer.allocate(5).put(3, encoded.get(0)).put(4, encoded.get(1));
    shifted.position(3);
    assertThat(decoded(FeatureEncoding.INT8, shifted, 1, 1)).containsExactly(-24f);
    assertThat(shifted.position()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void givenABufferThatIsTooShort_whenDecoded_thenItIsRefused(FeatureEncoding encoding) {
    ByteBuffer one = FeatureCodec.encode(encoding, new float[][] {{1f, 2f}});
    assertThatThrownBy(() -> decoded(encoding, one, 1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @EnumSource
  void givenARowWithoutDirection_whenEncoded_thenItIsRefused(FeatureEncoding encoding) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> FeatureCodec.encode(encoding, new float[][] {{1f, bad}}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not finite");
    }
    assertThatThrownBy(() -> FeatureCodec.encode(encoding, new float[][] {{1f, 1f}, {0f, -0f}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vector are zero");
    assertThatThrownBy(() -> FeatureCodec.encode(encoding, new float[][] {{1f, 1f}, {1f}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different dimensions");
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-40f, 1e-8f, 70_000f, 1e30f})
  void givenValuesThatNoHalfCanHold_whenEncodedAsFloat16_thenDirectionIsKept(float unit) {
    float[] row = {unit, -2 * unit, 3 * unit};
    float[] back =
        decoded(
            FeatureEncoding.FLOAT16,
            FeatureCodec.encode(FeatureEncoding.FLOAT16, new float[][] {row}),
            0,
            3);
    assertThat(cosine(row, back)).isGreaterThan(0.999);
  }

  @Provide
  Arbitrary<float[][]> matrices() {
    return Arbitraries.integers()
        .between(1, 40)
        .flatMap(d -> row(d).array(float[][].class).ofMinSize(1).ofMaxSize(4));
  }

  @Provide
  Arbitrary<float[]> rows() {
    return Arbitraries.integers().between(1, 40).flatMap(this::row);
  }

  @Provide
  Arbitrary<FeatureEncoding> quantised() {
    return Arbitraries.of(FeatureEncoding.INT8, FeatureEncoding.INT4, FeatureEncoding.SIGN);
  }

  private Arbitrary<float[]> row(int dimension) {
    return Arbitraries.floats()
        .between(-100f, 100f)
        .ofScale(3)
        .array(float[].class)
        .ofSize(dimension)
        .filter(values -> squares(values) > 1e-3);
  }

  private static double squares(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static float[] decoded(FeatureEncoding encoding, ByteBuffer bytes, int row, int size) {
    float[] into = new float[size];
    FeatureCodec.decodeRow(encoding, bytes, row, into);
    return into;
  }

  private static byte[] bytes(FeatureEncoding encoding, float[][] rows) {
    ByteBuffer buffer = FeatureCodec.encode(encoding, rows);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    return dot / Math.sqrt(squares(a) * squares(b));
  }
}
