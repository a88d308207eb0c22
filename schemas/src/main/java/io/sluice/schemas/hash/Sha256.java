package io.sluice.schemas.hash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 hash of texts, numbers and bytes, in the order in which they are added. Texts are
 * preceded by their length, so that different sequences of texts never give the hash the same
 * bytes.
 *
 * <p>Not thread-safe.
 */
public final class Sha256 {
  private final MessageDigest digest;

  /** A hash of nothing yet. */
  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  /** Adds bytes, without their number. */
  public Sha256 add(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  /** Adds all bytes up to the end of a stream, without their number. The caller closes it. */
  public Sha256 add(InputStream in) throws IOException {
    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    return this;
  }

  /** Adds a number as 4 bytes, big-endian. */
  public Sha256 add(int number) {
    return add(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }

  /** Adds the number of bytes of a text in UTF-8, as 4 bytes, and then these bytes. */
  public Sha256 add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return add(bytes.length).add(bytes);
  }

  /** The 32 bytes of the hash of everything added so far. Afterwards the hash is empty again. */
  public byte[] bytes() {
    return digest.digest();
  }

  /** The same as 64 lower-case hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(bytes());
  }
}
