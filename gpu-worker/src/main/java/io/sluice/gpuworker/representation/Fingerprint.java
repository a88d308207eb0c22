package io.sluice.gpuworker.representation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 hash of everything that the vectors of a representation depend on. Of a file, the name
 * and the content count, but not the folder that it is in. Not thread-safe.
 *
 * <p>Stored vectors carry the fingerprint, so the texts and files that are added, and their order,
 * must not change between releases unless the vectors change.
 */
final class Fingerprint {
  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest = sha256();

  /** Adds a text, encoded as UTF-8. */
  Fingerprint add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return this;
  }

  /** Adds the name, the size and the content of a file. */
  Fingerprint add(Path file) throws IOException {
    add(file.getFileName() + " " + Files.size(file));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return this;
  }

  /**
   * The hash of everything added so far, in hexadecimal. Resets the digest, so call it once, at the
   * end.
   */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
