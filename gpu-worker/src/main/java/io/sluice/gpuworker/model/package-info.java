/**
 * Models, adapters and tokenizers as Hugging Face folders hold them, and the decoder that runs
 * them.
 *
 * <p>Knows no Kafka.
 */
package io.sluice.gpuworker.model;
