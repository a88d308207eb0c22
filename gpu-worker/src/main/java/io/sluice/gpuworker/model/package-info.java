/**
 * The PyTorch engine ({@link io.sluice.gpuworker.model.Torch}) and the tokenizer of a model folder.
 * The subpackages hold the model: {@code file} reads files, {@code fields} lists the fields that
 * they can have, {@code config} describes the shape of a decoder, {@code decoder} runs it, {@code
 * lora} adds adapters to it. Each subpackage depends only on those named before it.
 *
 * <p>Used by gradient, representation and finetune, and by the code that sets models up. Must not
 * depend on Kafka.
 */
package io.sluice.gpuworker.model;
