/**
 * The engine that computes ({@link io.sluice.gpuworker.model.Torch}) and the tokenizer of a model
 * folder. Models themselves are in the rooms below: {@code file} reads files, {@code config} says
 * what shape a decoder has, {@code decoder} runs it, {@code lora} puts adapters on it. Each knows
 * only those named before it.
 *
 * <p>Used by gradient, representation, finetune and by those who set models up. Knows no Kafka.
 */
package io.sluice.gpuworker.model;
