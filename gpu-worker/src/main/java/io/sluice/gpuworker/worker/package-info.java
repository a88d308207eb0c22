/**
 * The worker: from candidates and target tasks in Kafka to representations in Kafka. {@link
 * io.sluice.gpuworker.worker.RepresentationWorker} starts and stops it.
 *
 * <p>Used by the command line. Does not know the trainer, its jobs or its launchers.
 */
package io.sluice.gpuworker.worker;
