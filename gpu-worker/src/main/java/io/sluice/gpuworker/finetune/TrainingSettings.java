package io.sluice.gpuworker.finetune;

import java.nio.file.Path;

/**
 * What is trained, and how.
 *
 * @param model folder of the base model, in Hugging Face format
 * @param method what of it is trained
 * @param hyper the hyper-parameters
 * @param compute how it is computed
 */
public record TrainingSettings(
    Path model, FineTuneMethod method, TrainingHyperParameters hyper, TrainingCompute compute) {}
