/**
 * LoRA adapters and the warm-up checkpoints that hold them: the adapter's file, the optimizer's
 * moments and how much each checkpoint counts.
 *
 * <p>Used by gradient, representation and finetune. Knows the other rooms of {@code model}, and no
 * Kafka.
 */
package io.sluice.gpuworker.model.lora;
