package io.sluice.gpuworker.launch;

import io.sluice.gpuworker.finetune.Checkpointing;
import io.sluice.gpuworker.finetune.EncodedExamples;
import io.sluice.gpuworker.finetune.FineTuneMethod;
import io.sluice.gpuworker.finetune.FineTuning;
import io.sluice.gpuworker.finetune.StepProgress;
import io.sluice.gpuworker.finetune.TrainingCompute;
import io.sluice.gpuworker.finetune.TrainingHyperParameters;
import io.sluice.gpuworker.finetune.TrainingHyperParameters.Adam;
import io.sluice.gpuworker.finetune.TrainingListener;
import io.sluice.gpuworker.finetune.TrainingOutcome;
import io.sluice.gpuworker.finetune.TrainingSettings;
import io.sluice.gpuworker.gradient.Text;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Trains in this process, and resumes from the last checkpoint of the same run. */
final class BuiltinLauncher implements Launcher {
  private final TrainingCompute compute;
  private final OptionalInt checkpointSteps;

  /**
   * A launcher that holds nothing between two runs.
   *
   * @param checkpointSteps steps between checkpoints; when empty they are written at the ends of
   *     epochs alone
   */
  BuiltinLauncher(TrainingCompute compute, OptionalInt checkpointSteps) {
    this.compute = compute;
    this.checkpointSteps = checkpointSteps;
  }

  @Override
  public String identity() {
    String identity = "packs of " + compute.packTokens();
    WeightSettings weights = compute.weights();
    return weights.equals(WeightSettings.DEFAULT)
        ? identity
        : identity + ", " + weights.dtype().label() + ", " + weights.compute().label();
  }

  @Override
  public Trained train(TrainingOrder order, RunControl control)
      throws JobFailedException, IOException, InterruptedException {
    Progress progress = new Progress(order, control);
    EncodedExamples examples;
    TrainingOutcome outcome;
    try {
      TrainingSettings settings =
          new TrainingSettings(
              order.model(),
              method(order.job().getHyperParameters()),
              hyper(order.job().getHyperParameters(), order.run().seed()),
              compute);
      examples = encoded(order);
      outcome =
          new FineTuning(settings)
              .run(
                  examples.usable(),
                  new Checkpointing(order.folder().checkpoints(), checkpointSteps, false),
                  progress);
    } catch (IllegalArgumentException e) {
      throw new JobFailedException("the job cannot be trained: " + e.getMessage());
    }
    Optional<Trained> trained =
        outcome.<Optional<Trained>, JobFailedException>match(
            finished ->
                Optional.of(
                    new Trained(
                        finished.checkpoint(), tokens(order, examples), remark(examples, order))),
            cancelled -> {
              requireInTime(order, control);
              return Optional.empty();
            },
            diverged -> {
              throw new JobFailedException(diverged.reason());
            });
    return trained.orElseThrow(() -> new InterruptedException("stopped"));
  }

  /** A run that was cancelled without a request to stop has reached its time limit. */
  private static void requireInTime(TrainingOrder order, RunControl control)
      throws JobFailedException {
    if (control.stopReason().isEmpty()) {
      throw new JobFailedException(
          "the training was not done after %d s, which is time.limit.seconds"
              .formatted(order.timeLimit().orElseThrow().toSeconds()));
    }
  }

  private static EncodedExamples encoded(TrainingOrder order)
      throws JobFailedException, IOException {
    List<Text.Conversation> texts = order.examples().stream().map(Text.Conversation::of).toList();
    EncodedExamples encoded = EncodedExamples.of(order.model(), JobText.of(order.job()), texts);
    if (encoded.usable().isEmpty()) {
      throw new JobFailedException(
          "nothing can be learnt from any example: " + encoded.refused().get(0).reason());
    }
    return encoded;
  }

  private static FineTuneMethod method(io.sluice.schemas.HyperParameters chosen) {
    return chosen.getFull()
        ? new FineTuneMethod.AllWeights()
        : new FineTuneMethod.NewAdapter(
            chosen.getLoraRank(),
            chosen.getLoraAlpha(),
            chosen.getLoraDropout(),
            Set.copyOf(chosen.getLoraTargets()));
  }

  private static TrainingHyperParameters hyper(io.sluice.schemas.HyperParameters chosen, int seed) {
    Adam standard = Adam.DEFAULT;
    return new TrainingHyperParameters(
        chosen.getEpochs(),
        chosen.getBatchSize(),
        chosen.getLearningRate(),
        chosen.getWarmupRatio(),
        new Adam(standard.beta1(), standard.beta2(), standard.epsilon(), chosen.getWeightDecay()),
        chosen.getMaxGradientNorm(),
        seed,
        chosen.getMaxLength());
  }

  private static long tokens(TrainingOrder order, EncodedExamples examples) {
    long once = examples.usable().stream().mapToLong(example -> example.ids().length).sum();
    return once * order.job().getHyperParameters().getEpochs();
  }

  private static String remark(EncodedExamples examples, TrainingOrder order) {
    List<String> remarks = new ArrayList<>();
    if (JobText.isOtherTokenizer(order.job(), examples.tokenizer())) {
      remarks.add(
          "the base model has another tokenizer than the one that the examples were selected by");
    }
    if (!examples.refused().isEmpty()) {
      remarks.add(
          "%d examples of %s are left out: %s"
              .formatted(
                  examples.refused().size(),
                  order.run().label(),
                  examples.refused().get(0).reason()));
    }
    return String.join("; ", remarks);
  }

  /** Forwards the progress of a run, and cancels the run on demand and at its time limit. */
  private record Progress(TrainingOrder order, RunControl control, long begin)
      implements TrainingListener {
    Progress(TrainingOrder order, RunControl control) {
      this(order, control, System.nanoTime());
    }

    @Override
    public boolean isCancelled() {
      return control.stopReason().isPresent()
          || order
              .timeLimit()
              .filter(limit -> System.nanoTime() - begin > limit.toNanos())
              .isPresent();
    }

    @Override
    public void progress(StepProgress now) {
      control.step(
          order.run(), now.last().step(), now.steps(), now.last().loss(), now.tokensPerSecond());
    }
  }
}
