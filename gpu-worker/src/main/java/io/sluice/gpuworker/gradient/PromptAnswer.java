package io.sluice.gpuworker.gradient;

/**
 * A query whose text is already formatted. Only the answer is learnt.
 *
 * @param prompt the input of the model
 * @param answer the expected output, without the end token
 */
public record PromptAnswer(String prompt, String answer) implements Text {}
