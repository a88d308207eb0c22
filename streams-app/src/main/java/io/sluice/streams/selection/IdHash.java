package io.sluice.streams.selection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A seeded hash of ids that is easy to reproduce in other languages. Not thread-safe. */
final class IdHash {
  private final String prefix;
  private final MessageDigest digest;

  IdHash(int seed) {
    this.prefix = seed + ":";
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The first 8 bytes of {@code SHA-256(seed + ":" + id)} as an unsigned big-endian number minus
   * 2^63, so that comparing the results as signed numbers gives the order of the unsigned ones.
   */
  long of(String id) {
    byte[] hash = digest.digest((prefix + id).getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong() ^ Long.MIN_VALUE;
  }
}
