/**
 * Clients of a running Sluice: they put tasks, candidates and job requests into Kafka, and read
 * tasks, subsets, jobs and datasets from it.
 *
 * <p>The HTTP API, the command line and the exports use this package. It knows the schemas and the
 * selection algorithms; it knows neither the topology nor the HTTP API.
 */
package io.sluice.streams.client;
