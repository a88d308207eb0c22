package io.sluice.gpuworker.model.file;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.encoding.FeatureCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** How the values of a stored tensor are written, little-endian. */
enum ElementType {
  /** 32-bit floats. */
  F32(4),
  /** The upper half of a 32-bit float. */
  BF16(2),
  /** IEEE 754 half precision. */
  F16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The type of a name in a file's header; empty for those that are not read. */
  static Optional<ElementType> of(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  /** Bytes a value. */
  int bytes() {
    return bytes;
  }

  /**
   * Reads values and widens them, exactly.
   *
   * @param data little-endian, the values from index 0
   * @param into filled
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
