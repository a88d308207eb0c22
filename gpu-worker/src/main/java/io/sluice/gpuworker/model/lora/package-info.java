/**
 * LoRA adapters and the warm-up checkpoints that contain them: adapter files, the optimizer's
 * moments, and the weight of each checkpoint in the similarity.
 *
 * <p>Used by gradient, representation and finetune. Depends on the other packages in {@code model};
 * must not depend on Kafka.
 */
package io.sluice.gpuworker.model.lora;
