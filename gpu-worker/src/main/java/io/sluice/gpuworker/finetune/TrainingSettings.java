package io.sluice.gpuworker.finetune;

import java.nio.file.Path;

/**
 * The settings of a training run.
 *
 * @param model folder of the base model, in Hugging Face format
 * @param method which parameters are trained
 * @param hyper the hyper-parameters
 * @param compute the threads and the size of packs
 */
public record TrainingSettings(
    Path model, FineTuneMethod method, TrainingHyperParameters hyper, TrainingCompute compute) {}
