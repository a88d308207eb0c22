package io.sluice.schemas.testing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/**
 * Damages the bytes of record values as faulty or hostile producers would: cut off, with flipped
 * bits, with counts of billions, with other schema ids, and so on.
 */
public final class Mutations {
  private static final int HEADER_BYTES = 5;

  private Mutations() {}

  /** The number of mutated records per topic, from the system property {@code sluice.mutations}. */
  public static int perTopic(int unlessSet) {
    return Integer.getInteger("sluice.mutations", unlessSet);
  }

  /**
   * A damaged copy of a value, which can happen to be a valid value again.
   *
   * @param value the value with its header: a zero byte and the schema id in four bytes
   */
  public static byte[] mutate(byte[] value, Random random) {
    byte[] mutated = value.clone();
    int place = random.nextInt(value.length);
    switch (random.nextInt(10)) {
      case 0 -> {
        return Arrays.copyOf(value, place);
      }
      case 1 -> flipBits(mutated, 1, random);
      case 2 -> flipBits(mutated, 2 + random.nextInt(15), random);
      case 3 -> {
        return spliced(value, place, hugeCount(random), random.nextInt(4));
      }
      case 4 -> {
        // Counts are most often right behind the header or a text.
        return spliced(value, HEADER_BYTES + random.nextInt(8), hugeCount(random), 1);
      }
      case 5 -> mutated[1 + random.nextInt(4)] = (byte) random.nextInt(4);
      case 6 -> mutated[0] = (byte) random.nextInt();
      case 7 -> {
        byte[] noise = new byte[HEADER_BYTES + random.nextInt(64)];
        random.nextBytes(noise);
        System.arraycopy(value, 0, noise, 0, HEADER_BYTES);
        return noise;
      }
      case 8 -> {
        return spliced(value, place, Arrays.copyOfRange(value, place / 2, place), 0);
      }
      default -> {
        return random.nextBoolean() ? new byte[0] : Arrays.copyOf(value, value.length + 1 + place);
      }
    }
    return mutated;
  }

  private static void flipBits(byte[] bytes, int count, Random random) {
    for (int i = 0; i < count; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
  }

  /** A large number in Avro's form of variable length, now and then a negative one. */
  private static byte[] hugeCount(Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 3 + random.nextInt(7); i > 0; i--) {
      bytes.write(0x80 | random.nextInt(128));
    }
    bytes.write(1 + random.nextInt(127));
    return bytes.toByteArray();
  }

  /** The value with some of its bytes, from a place on, replaced by others. */
  private static byte[] spliced(byte[] value, int place, byte[] others, int replaced) {
    int from = Math.min(place, value.length);
    int to = Math.min(from + replaced, value.length);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(value, 0, from);
    bytes.writeBytes(others);
    bytes.write(value, to, value.length - to);
    return bytes.toByteArray();
  }
}
