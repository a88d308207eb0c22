/**
 * The service that takes fine-tune jobs from Kafka and reports their results. {@link
 * io.sluice.gpuworker.trainer.Trainer} starts and stops it. Its Kafka thread ({@code TrainerLoop})
 * never trains; the work on a job is done by the package {@code job}, on another thread.
 *
 * <p>Used by the command line. Does not know the worker.
 */
package io.sluice.gpuworker.trainer;
