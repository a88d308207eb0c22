/**
 * Sentence embeddings: reads the folder of a sentence-transformers model with an ONNX export, turns
 * examples into tokens, and tokens into a vector.
 *
 * <p>Nothing in a folder is executed: the modules after the model are computed here, and the ONNX
 * file by ONNX Runtime without operators of its own. Used by {@code representation}; must not
 * depend on it, on PyTorch or on Kafka.
 */
package io.sluice.gpuworker.embedding;
