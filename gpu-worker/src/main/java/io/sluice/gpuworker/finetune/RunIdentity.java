package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.schemas.hash.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that the result of a training run depends on: a hash, and further settings that
 * checkpoints of the first release do not name. A run continues from a checkpoint only when both
 * have the same hash, and the same settings as far as the checkpoint names them.
 *
 * <p>The hash is stored with each checkpoint, so the texts that go into it are part of the file
 * form: they do not change when a class or a component is renamed.
 */
final class RunIdentity {
  /** Names how matrices of 16 bits are multiplied, which the first attempt may have measured. */
  static final String COMPUTE = "compute";

  private final Sha256 hash = new Sha256();

  private RunIdentity() {}

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
    settings
        .compute()
        .weights()
        .differences(DecoderWeights.types(settings.model()))
        .forEach(identity::add);
    identity.add(settings.model().resolve("config.json"));
    for (Path file : DecoderWeights.files(settings.model())) {
      identity.add(file);
    }
    trainable.parameters().forEach(parameter -> identity.add(text(parameter)));
    float[] initial = trainable.initial();
    ByteBuffer values = ByteBuffer.allocate(Float.BYTES);
    for (float value : initial) {
      identity.hash.add(values.putFloat(0, value).array());
    }
    for (Encoded.Example example : examples) {
      identity.add(example.ids());
      identity.add(example.labels());
    }
    return identity.hash.hex();
  }

  /**
   * The settings that are not in the hash, by name.
   *
   * @return {@code scaling} of an adapter; if there is dropout, {@code packTokens}, because a pack
   *     has one random mask; and {@link #COMPUTE} if weights are kept in 16 bits
   */
  static Map<String, String> further(TrainingSettings settings, Trainable trainable)
      throws IOException {
    Map<String, String> further = new TreeMap<>();
    WeightSettings weights = settings.compute().weights();
    if (weights.narrows(DecoderWeights.types(settings.model()))) {
      further.put(COMPUTE, weights.compute().label());
    }
    trainable.scaling().ifPresent(scaling -> further.put("scaling", Double.toString(scaling)));
    if (settings.method().dropout() > 0) {
      further.put("packTokens", Integer.toString(settings.compute().packTokens()));
    }
    return further;
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
    hash.add((text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  private void add(long[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * (numbers.length + 1));
    bytes.putLong(numbers.length);
    bytes.asLongBuffer().put(numbers);
    hash.add(bytes.array());
  }

  private void add(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      hash.add(in);
    }
  }
}
