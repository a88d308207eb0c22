/**
 * The vectors that stand for examples.
 *
 * <p>Knows no Kafka.
 */
package io.sluice.gpuworker.representation;
