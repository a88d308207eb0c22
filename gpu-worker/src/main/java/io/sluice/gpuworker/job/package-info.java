/**
 * The work on one fine-tune job, from its frozen dataset to the losses of all of its arms. It
 * blocks, so it runs on a thread of its own; {@link io.sluice.gpuworker.job.JobControl} is what
 * that thread and the trainer's Kafka thread share.
 *
 * <p>Used by {@code trainer}, which it does not know. Reaches Kafka only through the interface
 * {@code JobTopics}.
 */
package io.sluice.gpuworker.job;
