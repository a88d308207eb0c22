/**
 * The second stage: keeps the selection of every target task, publishes its changes, fires
 * fine-tune jobs, and lets other packages query this state.
 *
 * <p>{@code topology} adds the stage through {@link io.sluice.streams.select.SelectStage}; the HTTP
 * API reads through {@link io.sluice.streams.select.SelectionQueries}. This package knows neither
 * the first stage nor the topology nor the HTTP API: it sees shards only as the reports that they
 * send.
 */
package io.sluice.streams.select;
