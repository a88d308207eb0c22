/**
 * Converts an example's text to tokens, and computes the gradient of its loss, plain or in Adam
 * form.
 *
 * <p>Used by representation and finetune. Depends on {@code model}; must not depend on Kafka.
 */
package io.sluice.gpuworker.gradient;
