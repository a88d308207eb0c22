package io.sluice.gpuworker.model.file;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The data type of a stored tensor's values. All are little-endian. */
public enum ElementType {
  /** IEEE 754 single precision. */
  F32(4),
  /** bfloat16: the upper 16 bits of a 32-bit float. */
  BF16(2),
  /** IEEE 754 half precision. */
  F16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Looks up the type by its name in a file's header; empty if the type is not supported. */
  static Optional<ElementType> of(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /** The number of bytes per value. */
  public int bytes() {
    return bytes;
  }

  /**
   * Reads values and widens them to 32-bit floats, which loses no precision.
   *
   * @param data the values in little-endian order, starting at index 0
   * @param into receives the values; its length is the number of values to read
   */
  void widen(ByteBuffer data, float[] into) {
    switch (this) {
      case F32 -> data.asFloatBuffer().get(into);
      case BF16 -> {
        for (int i = 0; i < into.length; i++) {
          into[i] = Float.intBitsToFloat((data.getShort(2 * i) & 0xffff) << 16);
        }
      }
      case F16 -> FeatureCodec.decodeRow(FeatureEncoding.FLOAT16, data, 0, into);
    }
  }
}
