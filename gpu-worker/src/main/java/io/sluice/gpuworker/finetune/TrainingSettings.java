package io.sluice.gpuworker.finetune;

import io.sluice.gpuworker.model.decoder.WeightSettings;
import java.nio.file.Path;

/**
 * The settings of a training run.
 *
 * @param model folder of the base model, in Hugging Face format
 * @param method which parameters are trained
 * @param hyper the hyper-parameters
 * @param compute how it is computed
 */
public record TrainingSettings(
    Path model, FineTuneMethod method, TrainingHyperParameters hyper, TrainingCompute compute) {
  /** The same settings with the weights kept in another way. */
  TrainingSettings with(WeightSettings weights) {
    return new TrainingSettings(
        model,
        method,
        hyper,
        new TrainingCompute(compute.threads(), compute.packTokens(), compute.device(), weights));
  }
}
