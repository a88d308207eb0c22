package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.model.AdamMoments;
import io.sluice.gpuworker.model.DecoderWeights;
import io.sluice.gpuworker.model.LoraCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The SHA-256 of all that shapes gradient vectors; where the files lie does not count. */
final class Fingerprint {
  /** Raise it when the same files begin to give other vectors. */
  private static final String METHOD = "gradient 1";

  private static final int BUFFER = 1 << 16;

  private Fingerprint() {}

  static String of(GradientSettings settings, List<LoraCheckpoint> checkpoints) throws IOException {
    MessageDigest digest = sha256();
    add(digest, METHOD + " " + settings.projection() + " " + settings.maxLength());
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      add(digest, settings.model().resolve(name));
    }
    for (Path file : DecoderWeights.files(settings.model())) {
      add(digest, file);
    }
    for (LoraCheckpoint checkpoint : checkpoints) {
      add(digest, "checkpoint " + checkpoint.scaling());
      add(digest, checkpoint.adapter().path());
      add(digest, AdamMoments.file(checkpoint.folder()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static void add(MessageDigest digest, Path file) throws IOException {
    add(digest, file.getFileName() + " " + Files.size(file));
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
