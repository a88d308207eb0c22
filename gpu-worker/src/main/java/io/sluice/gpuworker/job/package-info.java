/**
 * The work on one fine-tune job, from its frozen dataset to the losses of all of its arms. It
 * blocks, so it runs on a thread other than the trainer's Kafka thread; {@link
 * io.sluice.gpuworker.job.JobControl} holds the state that both threads share.
 *
 * <p>Used by {@code trainer}, which it does not know. It reads from Kafka only through the
 * interface {@link io.sluice.gpuworker.job.JobTopics}.
 */
package io.sluice.gpuworker.job;
