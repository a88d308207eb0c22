/**
 * Supervised fine-tuning of a decoder: an adapter or all weights, from encoded examples to a
 * checkpoint in the files of Hugging Face. Knows nothing of Kafka.
 */
package io.sluice.gpuworker.finetune;
