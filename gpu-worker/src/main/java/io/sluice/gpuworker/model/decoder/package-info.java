/**
 * A decoder as arrays of the engine: its weights, its layers and a pass through them, with a place
 * where adapters add to linear layers.
 *
 * <p>Used by gradient, representation and finetune. Does not know how adapters are stored or
 * trained ({@code model.lora}), and no Kafka.
 */
package io.sluice.gpuworker.model.decoder;
