/**
 * The service that takes fine-tune jobs from Kafka and reports what came of them. {@link
 * io.sluice.gpuworker.trainer.Trainer} starts and stops it. Its Kafka thread ({@code TrainerLoop})
 * never trains; the work on a job is that of {@code job}.
 *
 * <p>Used by the command line. Does not know the worker.
 */
package io.sluice.gpuworker.trainer;
