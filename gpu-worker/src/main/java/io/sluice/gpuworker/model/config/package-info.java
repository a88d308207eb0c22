/**
 * The shape of a decoder, read from {@code config.json}, and the differences between the supported
 * architectures. To support a new architecture, start with {@code Architecture}.
 *
 * <p>Used by {@code model.decoder} and {@code model.lora}. Depends on {@code model.file}; must not
 * depend on the engine or on Kafka.
 */
package io.sluice.gpuworker.model.config;
