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
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.util.stream.LongStream;

/**
 * The weighted mean of the base model's hidden states after the final norm, over all tokens of an
 * example. The weight of a token is its position, counted from 1 (RDS+; Ivison et al. 2025). There
 * is one vector per example, and its role makes no difference.
 */
final class HiddenStateVectors implements ExampleVectors<Encoded.Example> {
  /**
   * Part of the fingerprint; raise the number when a code change makes the same files give
   * different vectors.
   */
  private static final String METHOD = "hidden-state 2";

  private final NDManager manager;
  private final Decoder decoder;
  private final StageTimes times;

  private HiddenStateVectors(NDManager manager, Decoder decoder, StageTimes times) {
    this.times = times;
    this.manager = manager;
    this.decoder = decoder;
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
            DecoderWeights.open(manager, settings.folder()),
            settings.positions());
    return new HiddenStateVectors(manager, decoder, device.times());
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
      NDArray positionWeights = scratch.create(positionWeights(length), new Shape(1, length));
      return positionWeights.matMul(states.squeeze(0)).toFloatArray();
    }
  }

  /**
   * The weight of each token: its position, counted from 1, divided by the sum of all positions.
   */
  private static float[] positionWeights(int length) {
    double sum = length * (length + 1.0) / 2;
    float[] positionWeights = new float[length];
    for (int i = 0; i < length; i++) {
      positionWeights[i] = (float) ((i + 1) / sum);
    }
    return positionWeights;
  }

  @Override
  public void describe(Fingerprint fingerprint) {
    fingerprint.add(METHOD);
  }

  @Override
  public void selfTest(Encoded.Example example) throws IOException {
    SelfTest.requireUsableState(of(example, ExampleRole.CANDIDATE)[0]);
  }
}
