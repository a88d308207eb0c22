/**
 * Readers of the files of models and checkpoints (safetensors, PyTorch's pickled files, JSON), and
 * the writer of safetensors. Tensors are represented by names, shapes and plain arrays.
 *
 * <p>Used by the other packages in {@code model} and by {@code finetune}. Must not depend on the
 * engine, on an architecture or on Kafka.
 */
package io.sluice.gpuworker.model.file;
