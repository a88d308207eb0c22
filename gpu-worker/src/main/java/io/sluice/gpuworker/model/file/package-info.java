/**
 * The files of models and checkpoints: safetensors, PyTorch's pickled files, JSON. They become
 * names, shapes and plain arrays of numbers.
 *
 * <p>Used by the other rooms of {@code model} and by {@code finetune}. Knows no engine, no
 * architecture and no Kafka.
 */
package io.sluice.gpuworker.model.file;
