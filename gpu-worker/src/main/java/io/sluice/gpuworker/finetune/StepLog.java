package io.sluice.gpuworker.finetune;

/**
 * What became of a step.
 *
 * @param step from 1
 * @param epoch epochs done after it, the last one in part
 * @param loss mean over all learnt tokens of the batch before the step, in nats
 * @param gradientNorm its L2 norm before it was cut
 * @param learningRate of the step
 */
public record StepLog(
    int step, double epoch, double loss, double gradientNorm, double learningRate) {}
