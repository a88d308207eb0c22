/**
 * Supervised fine-tuning of a decoder: an adapter or all weights, from encoded examples to a
 * checkpoint in the files of Hugging Face.
 *
 * <p>Used by {@code launch} and {@code job}, and by the command line without Kafka. Knows no Kafka
 * and no jobs.
 */
package io.sluice.gpuworker.finetune;
