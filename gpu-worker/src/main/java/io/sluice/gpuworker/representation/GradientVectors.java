package io.sluice.gpuworker.representation;

import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.gradient.GradientEngine;
import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.Decoder;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.lora.AdamMoments;
import io.sluice.gpuworker.model.lora.CheckpointWeights;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.model.lora.LoraStack;
import io.sluice.gpuworker.representation.StageTimes.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients of the loss with respect to the LoRA parameters (LESS; Xia et al., ICML 2024), one
 * vector per warm-up checkpoint. Candidates' gradients have the form that the settings say,
 * queries' gradients are plain. Each is then projected.
 */
final class GradientVectors implements ExampleVectors<Encoded.Example> {
  /**
   * Part of the fingerprint; raise the number when a code change makes the same files give
   * different vectors.
   */
  private static final String METHOD = "gradient 3";

  private final RepresentationSettings settings;
  private final List<LoraCheckpoint> checkpoints;
  private final Decoder decoder;
  private final GradientEngine engine;
  private final GradientReduction reduction;
  private final StageTimes times;
  private final float[] weights;
  private final int dimension;

  private GradientVectors(
      RepresentationSettings settings,
      List<LoraCheckpoint> checkpoints,
      Decoder decoder,
      LoraStack adapters,
      ComputeDevice device)
      throws IOException {
    this.settings = settings;
    this.checkpoints = checkpoints;
    this.decoder = decoder;
    NDManager manager = device.torch().manager();
    boolean widens = decoder.widens();
    engine =
        new GradientEngine(
            manager,
            decoder,
            adapters,
            examples -> widens || device.recompute().test(Passes.size(examples)));
    times = device.times();
    List<AdamMoments> moments = new ArrayList<>();
    if (usesAdamForm()) {
      for (LoraCheckpoint checkpoint : checkpoints) {
        moments.add(AdamMoments.read(checkpoint, adapters.layout()));
      }
    }
    reduction =
        manager.getDevice().isGpu() && settings.projection() instanceof CountSketch sketch
            ? new ReductionOnDevice(
                manager,
                moments,
                sketch,
                checkpoints.size(),
                adapters.layout().size(),
                device.stored(),
                times)
            : new ReductionInJava(moments, settings.projection(), times);
    weights =
        usesAdamForm()
            ? CheckpointWeights.read(settings.checkpoints())
            : CheckpointWeights.readOrEqual(settings.checkpoints());
    dimension = settings.projection().dimension(adapters.layout().size());
  }

  /**
   * Loads the base model and the checkpoints' adapters, and for {@link GradientForm#ADAM} the
   * optimizer's moments.
   *
   * @throws IOException when a file is missing or unusable; the message names it and says what to
   *     do
   */
  static GradientVectors open(RepresentationSettings settings, ComputeDevice device)
      throws IOException {
    List<LoraCheckpoint> checkpoints = new ArrayList<>();
    for (Path folder : settings.checkpoints()) {
      checkpoints.add(LoraCheckpoint.open(folder));
    }
    NDManager manager = device.torch().manager();
    Decoder decoder =
        Decoder.load(
            manager,
            DecoderConfig.read(settings.folder()),
            DecoderWeights.open(
                manager, settings.folder(), checkpoints.get(0).replacements(), settings.weights()),
            settings.positions());
    LoraStack adapters = LoraStack.load(manager, decoder, checkpoints);
    return new GradientVectors(settings, checkpoints, decoder, adapters, device);
  }

  private boolean usesAdamForm() {
    return settings.form() == GradientForm.ADAM;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[] weights() {
    return weights.clone();
  }

  @Override
  public int vocabulary() {
    return decoder.vocabulary();
  }

  /**
   * On a GPU, the engine only queues the pass. It completes while the reduction waits for its
   * result, and that time is counted as the reduction's.
   */
  @Override
  public List<float[][]> of(List<Encoded.Example> examples, ExampleRole role) {
    long begin = System.nanoTime();
    return engine.compute(
        examples,
        (scratch, losses, gradients) -> {
          times.add(Stage.MODEL, System.nanoTime() - begin);
          return reduction.reduce(scratch, gradients, examples.size(), role);
        });
  }

  @Override
  public void describe(Fingerprint fingerprint) throws IOException {
    fingerprint.add(METHOD + " " + settings.form() + " " + settings.projection());
    for (LoraCheckpoint checkpoint : checkpoints) {
      fingerprint.add("checkpoint " + checkpoint.scaling()).add(checkpoint.adapter().path());
      if (usesAdamForm()) {
        fingerprint.add(AdamMoments.file(checkpoint.folder()));
      }
    }
  }

  @Override
  public void selfTest(Encoded.Example example) throws IOException {
    float base = engine.baseLoss(example);
    SelfTest.requireFiniteLoss(base);
    GradientEngine.Result result = engine.compute(example);
    for (int c = 0; c < checkpoints.size(); c++) {
      Path folder = checkpoints.get(c).folder();
      float[] gradient = result.gradients()[c];
      SelfTest.requireChangedLoss(folder, base, result.losses()[c]);
      SelfTest.requireUsableGradient(folder, gradient);
      SelfTest.requireKeptNorm(gradient, settings.projection().apply(gradient, c));
    }
  }
}
