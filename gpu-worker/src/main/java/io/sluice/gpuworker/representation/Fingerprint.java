package io.sluice.gpuworker.representation;

import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A SHA-256 hash of everything that the vectors of a representation depend on. Of a file, the name
 * and the content count, but not the folder that it is in. Not thread-safe.
 *
 * <p>Stored vectors carry the fingerprint, so the texts and files that are added, and their order,
 * must not change between releases unless the vectors change.
 */
final class Fingerprint {
  private final Sha256 hash = new Sha256();

  /** Adds a text, encoded as UTF-8. */
  Fingerprint add(String text) {
    hash.add((text + "\0").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Adds the name, the size and the content of a file. */
  Fingerprint add(Path file) throws IOException {
    add(file.getFileName() + " " + Files.size(file));
    try (InputStream in = Files.newInputStream(file)) {
      hash.add(in);
    }
    return this;
  }

  /**
   * The hash of everything added so far, in hexadecimal. Resets the digest, so call it once, at the
   * end.
   */
  String hex() {
    return hash.hex();
  }
}
