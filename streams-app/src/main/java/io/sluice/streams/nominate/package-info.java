/**
 * The first stage: scores the candidates of one partition for every target task, and nominates
 * those that the partition's own selections admit.
 *
 * <p>Only {@code topology} uses this package, through {@link
 * io.sluice.streams.nominate.NominateStage}, and {@link io.sluice.streams.nominate.VectorStorage}
 * for RocksDB. It knows neither the second stage nor the topology nor the HTTP API: what it has to
 * say leaves it as shard reports, and what it must know of the second stage comes back through the
 * task-status topic.
 */
package io.sluice.streams.nominate;
