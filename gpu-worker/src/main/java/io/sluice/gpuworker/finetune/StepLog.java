package io.sluice.gpuworker.finetune;

/**
 * The measurements of one training step.
 *
 * @param step the number of the step, from 1
 * @param epoch the number of epochs done after the step, including the fraction of an unfinished
 *     one
 * @param loss the mean loss over all learnt tokens of the batch, before the step changed the
 *     weights, in nats per token
 * @param gradientNorm the L2 norm of the gradient before clipping
 * @param learningRate the learning rate of the step
 */
public record StepLog(
    int step, double epoch, double loss, double gradientNorm, double learningRate) {}
