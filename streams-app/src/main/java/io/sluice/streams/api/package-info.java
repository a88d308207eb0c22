/**
 * The HTTP API of a streams-app: what the selections hold, tasks and candidates put in, health and
 * metrics.
 *
 * <p>Reads are answered from the state stores of this instance, or by the instance that has the
 * task; writes go to Kafka as those of the command line do.
 */
package io.sluice.streams.api;
