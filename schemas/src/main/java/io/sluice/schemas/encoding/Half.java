package io.sluice.schemas.encoding;

/**
 * Conversions between float and IEEE 754 half precision, which Java offers only from version 20.
 *
 * <p>Narrowing rounds to nearest, ties to even; overflow becomes infinity; subnormals are kept.
 */
public final class Half {
  private Half() {}

  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x47800000) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // The result is subnormal. Adding 0.5 moves its bits, rounded, to the end of the fraction.
      int shifted =
          Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f)
              - Float.floatToRawIntBits(0.5f);
      return (short) (sign | shifted);
    }
    int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1) - (112 << 23);
    return (short) (sign | rounded >>> 13);
  }

  /** Widens a value; exact. */
  public static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
    }
    if (magnitude < 0x400) {
      float value = magnitude * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    return Float.intBitsToFloat(sign | (magnitude << 13) + (112 << 23));
  }
}
