package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Batch;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The mean of the base model's hidden states after the final norm, over all tokens of an example,
 * with the weights of a {@link StatePooling}. There is one vector per example, and its role makes
 * no difference.
 */
final class HiddenStateVectors implements ExampleVectors<Encoded.Example> {
  /**
   * Part of the fingerprint; raise the number when a code change makes the same files give
   * different vectors.
   */
  private static final String METHOD = "hidden-state 2";

  private final NDManager manager;
  private final Decoder decoder;
  private final StatePooling pooling;
  private final StageTimes times;

  private HiddenStateVectors(
      NDManager manager, Decoder decoder, StatePooling pooling, StageTimes times) {
    this.times = times;
    this.manager = manager;
    this.decoder = decoder;
    this.pooling = pooling;
  }

  /**
   * Loads the base model.
   *
   * @throws IOException when a file is missing or unusable; the message names it and says what to
   *     do
   */
  static HiddenStateVectors open(RepresentationSettings settings, ComputeDevice device)
      throws IOException {
    NDManager manager = device.torch().manager();
    Decoder decoder =
        Decoder.load(
            manager,
            DecoderConfig.read(settings.folder()),
            DecoderWeights.open(manager, settings.folder(), Replacements.NONE, settings.weights()),
            settings.positions());
    return new HiddenStateVectors(manager, decoder, settings.pooling(), device.times());
  }

  @Override
  public int dimension() {
    return decoder.hidden();
  }

  @Override
  public float[] weights() {
    return new float[] {1};
  }

  @Override
  public int vocabulary() {
    return decoder.vocabulary();
  }

  @Override
  public List<float[][]> of(List<Encoded.Example> examples, ExampleRole role) {
    return times.time(Stage.MODEL, () -> means(examples));
  }

  private List<float[][]> means(List<Encoded.Example> examples) {
    JniUtils.setGradMode(false);
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      Batch batch =
          new Batch(
              examples.stream().map(Encoded.Example::ids).toList(),
              examples.stream().map(HiddenStateVectors::everywhere).toList(),
              1);
      NDArray states = decoder.states(scratch, batch, Lora.NONE);
      float[] means = weights(scratch, examples, batch.askedLength()).matMul(states).toFloatArray();
      return IntStream.range(0, examples.size())
          .mapToObj(
              e ->
                  new float[][] {Arrays.copyOfRange(means, e * dimension(), (e + 1) * dimension())})
          .toList();
    }
  }

  private static long[] everywhere(Encoded.Example example) {
    return LongStream.range(0, example.ids().length).toArray();
  }

  /** The weights of the tokens, shape [examples, 1, longest]; those of padding are 0. */
  private NDArray weights(NDManager scratch, List<Encoded.Example> examples, int longest) {
    float[] weights = new float[examples.size() * longest];
    for (int e = 0; e < examples.size(); e++) {
      float[] own = pooling.weights(examples.get(e).ids().length);
      System.arraycopy(own, 0, weights, e * longest, own.length);
    }
    return scratch.create(weights, new Shape(examples.size(), 1, longest));
  }

  @Override
  public void describe(Fingerprint fingerprint) {
    fingerprint.add(METHOD);
    if (pooling != StatePooling.WEIGHTED_MEAN) {
      fingerprint.add("pooling " + pooling.label());
    }
  }

  @Override
  public void selfTest(Encoded.Example example) throws IOException {
    SelfTest.requireUsableState(of(List.of(example), ExampleRole.CANDIDATE).get(0)[0]);
  }
}
