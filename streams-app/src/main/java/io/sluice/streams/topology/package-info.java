/**
 * The streams-app as one service: the topology that connects the two stages, and its lifecycle
 * (start, recovery from outages, stop).
 *
 * <p>The HTTP API and the command line start and stop {@link
 * io.sluice.streams.topology.SelectionService}. This package knows both stages, which know neither
 * it nor each other; it does not know the HTTP API.
 */
package io.sluice.streams.topology;
