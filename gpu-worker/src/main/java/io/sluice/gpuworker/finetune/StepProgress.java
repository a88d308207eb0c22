package io.sluice.gpuworker.finetune;

/**
 * The progress of a run after a step.
 *
 * @param last the step that has just been done
 * @param steps the number of steps of the whole run
 * @param tokensPerSecond tokens of examples per second, on average since this run was started or
 *     continued
 */
public record StepProgress(StepLog last, int steps, double tokensPerSecond) {}
