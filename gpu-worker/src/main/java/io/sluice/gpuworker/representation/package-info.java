/**
 * Representations: computes the vectors that stand for examples, from gradients or hidden states of
 * a model.
 *
 * <p>Used by the worker, by fine-tuning (for the length limit) and by the command line without
 * Kafka. Contains no Kafka code.
 */
package io.sluice.gpuworker.representation;
