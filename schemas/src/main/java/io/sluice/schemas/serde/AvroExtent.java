package io.sluice.schemas.serde;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Walks over the binary form of one Avro value and checks that every length and every count in it
 * is covered by bytes that are really there. A decoder allocates memory for what a length or a
 * count announces, so that a few damaged or hostile bytes could make it ask for gigabytes. The walk
 * itself never allocates more than the value's own size.
 *
 * <p>An array or a map may hold items that take no bytes (nulls, records without fields). The
 * number of items in the whole value is therefore limited by the number of its bytes, which no
 * other value can reach.
 *
 * <p>Not thread-safe: an instance walks over one value.
 */
final class AvroExtent {
  /** Nested deeper than any schema of people; a recursive schema could overflow the stack. */
  private static final int MAX_DEPTH = 64;

  private static final int LONG_BITS = 64;

  private final ByteBuffer bytes;
  private long itemsLeft;

  private AvroExtent(ByteBuffer bytes) {
    this.bytes = bytes;
    this.itemsLeft = bytes.remaining();
  }

  /**
   * Checks one value.
   *
   * @param schema the schema that the value was written with
   * @param value the bytes of the value, without the header that names the schema; its position is
   *     moved
   * @throws SerializationException when a length or a count is negative or exceeds the bytes that
   *     follow, text is not UTF-8, a branch of a union does not exist, values are nested too deep,
   *     or bytes are left over
   */
  static void check(Schema schema, ByteBuffer value) {
    new AvroExtent(value).pass(schema, 0);
    if (value.hasRemaining()) {
      throw new SerializationException(
          "the value has %d bytes after its end".formatted(value.remaining()));
    }
  }

  private void pass(Schema schema, int depth) {
    if (depth > MAX_DEPTH) {
      throw new SerializationException("the value is nested deeper than " + MAX_DEPTH + " levels");
    }
    switch (schema.getType()) {
      case RECORD -> schema.getFields().forEach(field -> pass(field.schema(), depth + 1));
      case UNION -> pass(branch(schema), depth + 1);
      case ARRAY -> passItems(() -> pass(schema.getElementType(), depth + 1));
      case MAP ->
          passItems(
              () -> {
                passText();
                pass(schema.getValueType(), depth + 1);
              });
      case STRING -> passText();
      case BYTES -> skip(readLong());
      case FIXED -> skip(schema.getFixedSize());
      case ENUM, INT, LONG -> readLong();
      case FLOAT -> skip(Float.BYTES);
      case DOUBLE -> skip(Double.BYTES);
      case BOOLEAN -> skip(1);
      case NULL -> {
        // A null takes no bytes.
      }
    }
  }

  private Schema branch(Schema union) {
    long index = readLong();
    if (index < 0 || index >= union.getTypes().size()) {
      throw new SerializationException("the value names branch %d of a union".formatted(index));
    }
    return union.getTypes().get((int) index);
  }

  /** Passes the blocks of an array or a map, the last of which is empty. */
  private void passItems(Runnable passItem) {
    for (long count = readLong(); count != 0; count = readLong()) {
      if (count < 0) {
        // A negative count is followed by the size of the block in bytes.
        count = -count;
        requireCovered(readLong());
      }
      if (count < 0 || count > itemsLeft) {
        throw new SerializationException(
            "the value claims %d items, for which it has too few bytes".formatted(count));
      }
      itemsLeft -= count;
      for (long i = 0; i < count; i++) {
        passItem.run();
      }
    }
  }

  private void passText() {
    long length = readLong();
    requireCovered(length);
    ByteBuffer text = bytes.slice(bytes.position(), (int) length);
    skip(length);
    for (int i = 0; i < text.limit(); i++) {
      if (text.get(i) < 0) {
        requireUtf8(text);
        return;
      }
    }
  }

  /** Avro replaces malformed text by a placeholder, so that the example would be another one. */
  private static void requireUtf8(ByteBuffer text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(text);
    } catch (CharacterCodingException e) {
      throw new SerializationException("the value holds text that is not UTF-8", e);
    }
  }

  private void skip(long length) {
    requireCovered(length);
    bytes.position(bytes.position() + (int) length);
  }

  private void requireCovered(long length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new SerializationException(
          "the value claims %d bytes where it has %d".formatted(length, bytes.remaining()));
    }
  }

  /** Reads a zigzag number of variable length, as Avro writes int, long, lengths and counts. */
  private long readLong() {
    long bits = 0;
    for (int shift = 0; shift < LONG_BITS; shift += Byte.SIZE - 1) {
      if (!bytes.hasRemaining()) {
        throw new SerializationException("the value ends in the middle of a number");
      }
      byte next = bytes.get();
      bits |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (bits >>> 1) ^ -(bits & 1);
      }
    }
    throw new SerializationException("the value holds a number of more than 64 bits");
  }
}
