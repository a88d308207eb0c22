package io.sluice.gpuworker.finetune;

/**
 * Where a run stands.
 *
 * @param last the step that was just done
 * @param steps of the whole run
 * @param tokensPerSecond tokens of examples, since this run was begun or gone on with
 */
public record StepProgress(StepLog last, int steps, double tokensPerSecond) {}
