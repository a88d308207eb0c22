/**
 * A decoder on the engine: its weights, its layers and the forward pass, with an extension point
 * for adapters of linear layers.
 *
 * <p>Used by {@code model.lora}, gradient, representation and finetune. Must not depend on how
 * adapters are stored or trained ({@code model.lora}), or on Kafka.
 */
package io.sluice.gpuworker.model.decoder;
