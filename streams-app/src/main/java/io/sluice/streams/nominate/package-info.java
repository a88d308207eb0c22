/**
 * The first stage: scores the candidates of one partition for every target task, and nominates
 * those that the partition's own selections admit.
 *
 * <p>Only {@code topology} uses this package: {@link io.sluice.streams.nominate.NominateStage} adds
 * the stage, and {@link io.sluice.streams.nominate.TopicPartitionReader} reads its partitions. This
 * package knows neither the second stage nor the topology nor the HTTP API: its output is shard
 * reports, and it learns which revision the second stage serves from the task-status topic.
 */
package io.sluice.streams.nominate;
