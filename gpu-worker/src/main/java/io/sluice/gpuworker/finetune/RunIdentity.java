package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
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

/**
 * A hash of everything that the result of a training run depends on. A run continues from a
 * checkpoint only when both have the same identity.
 *
 * <p>The hash is stored with each checkpoint, so the texts that go into it are part of the file
 * form: they do not change when a class or a component is renamed.
 */
final class RunIdentity {
  private final MessageDigest digest;

  private RunIdentity() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The hash in hexadecimal.
   *
   * @throws IOException when a file of the model cannot be read
   */
  static String of(TrainingSettings settings, Trainable trainable, List<Encoded.Example> examples)
      throws IOException {
    RunIdentity identity = new RunIdentity();
    identity.add(text(settings.hyper()));
    identity.add("dropout " + settings.method().dropout());
    identity.add(settings.model().resolve("config.json"));
    for (Path file : DecoderWeights.files(settings.model())) {
      identity.add(file);
    }
    trainable.parameters().forEach(parameter -> identity.add(text(parameter)));
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

  static String text(TrainingHyperParameters hyper) {
    return "HyperParameters[epochs=%s, batch=%s, learningRate=%s, warmupRatio=%s, adam=%s, maxGradientNorm=%s, seed=%s, maxLength=%s]"
        .formatted(
            hyper.epochs(),
            hyper.batch(),
            hyper.learningRate(),
            hyper.warmupRatio(),
            text(hyper.adam()),
            hyper.maxGradientNorm(),
            hyper.seed(),
            hyper.maxLength());
  }

  private static String text(TrainingHyperParameters.Adam adam) {
    return "Adam[beta1=%s, beta2=%s, epsilon=%s, weightDecay=%s]"
        .formatted(adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay());
  }

  static String text(TrainedParameter parameter) {
    return "Parameter[name=%s, stored=%s, shape=%s, offset=%s]"
        .formatted(parameter.name(), parameter.stored(), parameter.shape(), parameter.offset());
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
