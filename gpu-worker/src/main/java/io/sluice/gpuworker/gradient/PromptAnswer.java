package io.sluice.gpuworker.gradient;

/**
 * A query as text that is already formatted.
 *
 * @param prompt what the model is given; nothing of it is learnt
 * @param answer what it shall say, without the end token
 */
public record PromptAnswer(String prompt, String answer) implements Text {}
