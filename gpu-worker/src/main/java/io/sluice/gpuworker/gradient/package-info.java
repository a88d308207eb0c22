/**
 * From an example's text to its gradient.
 *
 * <p>Knows no Kafka.
 */
package io.sluice.gpuworker.gradient;
