/**
 * How much memory a representation needs, by formula: from the model's config and the settings,
 * before anything is loaded.
 *
 * <p>Used by representation and the command line. Knows neither the engine nor Kafka.
 */
package io.sluice.gpuworker.representation.memory;
