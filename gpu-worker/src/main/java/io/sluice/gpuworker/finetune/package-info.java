/**
 * Supervised fine-tuning of a decoder: trains an adapter or all weights on encoded examples and
 * writes checkpoints in the file formats of Hugging Face. Also evaluates models on examples.
 *
 * <p>Used by {@code launch} and {@code job}, and by the command line without Kafka. Contains no
 * code for Kafka, and does not know about fine-tune jobs.
 */
package io.sluice.gpuworker.finetune;
