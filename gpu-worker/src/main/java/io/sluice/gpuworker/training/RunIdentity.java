package io.sluice.gpuworker.training;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.DecoderWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A hash of all that shapes a run: equal identities, equal results. */
final class RunIdentity {
  private final MessageDigest digest;

  private RunIdentity() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The hash, in hex. */
  static String of(TrainingSettings settings, Trainable trainable, List<Encoded.Example> examples)
      throws IOException {
    RunIdentity identity = new RunIdentity();
    identity.add(settings.hyper().toString());
    identity.add("dropout " + dropout(settings.method()));
    identity.add(settings.model().resolve("config.json"));
    for (Path file : DecoderWeights.files(settings.model())) {
      identity.add(file);
    }
    trainable.parameters().forEach(parameter -> identity.add(parameter.toString()));
    float[] initial = trainable.initial();
    ByteBuffer values = ByteBuffer.allocate(Float.BYTES);
    for (float value : initial) {
      identity.digest.update(values.putFloat(0, value).array());
    }
    for (Encoded.Example example : examples) {
      identity.add(example.ids());
      identity.add(example.labels());
    }
    return HexFormat.of().formatHex(identity.digest.digest());
  }

  private static double dropout(Method method) {
    if (method instanceof Method.NewAdapter adapter) {
      return adapter.dropout();
    }
    return method instanceof Method.GivenAdapter given ? given.dropout() : 0;
  }

  private void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private void add(long[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (numbers.length + 1));
    bytes.putLong(numbers.length);
    bytes.asLongBuffer().put(numbers);
    digest.update(bytes.array());
  }

  private void add(Path file) throws IOException {
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
