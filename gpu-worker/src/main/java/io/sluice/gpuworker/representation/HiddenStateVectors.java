package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.Lora;
import io.sluice.gpuworker.model.decoder.Replacements;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
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
  public float[][] of(Encoded.Example example, ExampleRole role) {
    return times.time(Stage.MODEL, () -> new float[][] {mean(example)});
  }

  private float[] mean(Encoded.Example example) {
    JniUtils.setGradMode(false);
    int length = example.ids().length;
    try (NDManager scratch = manager.newSubManager();
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      long[] everywhere = LongStream.range(0, length).toArray();
      NDArray states = decoder.states(scratch, example.ids(), everywhere, Lora.NONE);
      NDArray weights = scratch.create(pooling.weights(length), new Shape(1, length));
      return weights.matMul(states.squeeze(0)).toFloatArray();
    }
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
    SelfTest.requireUsableState(of(example, ExampleRole.CANDIDATE)[0]);
  }
}
