package io.sluice.gpuworker.embedding;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks through the fields of a message in the encoding of Protocol Buffers, without copying it.
 * Damaged messages throw {@link BufferUnderflowException} or {@link IllegalArgumentException}. Not
 * thread-safe.
 */
final class Protobuf {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED_32 = 5;
  private static final int MAX_VARINT_BITS = 64;

  private final ByteBuffer message;
  private int wireType;

  Protobuf(ByteBuffer message) {
    this.message = message.duplicate();
  }

  /**
   * Moves to the next field.
   *
   * @return its number; 0 at the end of the message
   */
  int next() {
    if (!message.hasRemaining()) {
      return 0;
    }
    long tag = varint();
    wireType = (int) tag & 7;
    int field = (int) (tag >>> 3);
    if (field == 0) {
      throw new IllegalArgumentException("a field without a number");
    }
    return field;
  }

  /** Passes over the value of the field. */
  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED_64 -> message.position(message.position() + Long.BYTES);
      case BYTES -> bytes();
      case FIXED_32 -> message.position(message.position() + Integer.BYTES);
      default -> throw new IllegalArgumentException("wire type " + wireType);
    }
  }

  /** Reads the value of a field that is a number. */
  long number() {
    require(VARINT);
    return varint();
  }

  /** Reads the value of a field that is a message. */
  Protobuf message() {
    require(BYTES);
    return new Protobuf(bytes());
  }

  /** Reads the value of a field that is a text. */
  String text() {
    require(BYTES);
    return StandardCharsets.UTF_8.decode(bytes()).toString();
  }

  private void require(int type) {
    if (wireType != type) {
      throw new IllegalArgumentException("wire type " + wireType + " instead of " + type);
    }
  }

  private ByteBuffer bytes() {
    long length = varint();
    if (length < 0 || length > message.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer part = message.slice(message.position(), (int) length);
    message.position(message.position() + (int) length);
    return part;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      byte b = message.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
