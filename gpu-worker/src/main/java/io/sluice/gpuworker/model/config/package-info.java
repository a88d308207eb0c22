/**
 * What shape a decoder has, read from {@code config.json}, with what distinguishes the known
 * architectures. A new architecture begins here, in {@code Architecture}.
 *
 * <p>Used by {@code model.decoder} and {@code model.lora}. Knows files, but no engine and no Kafka.
 */
package io.sluice.gpuworker.model.config;
