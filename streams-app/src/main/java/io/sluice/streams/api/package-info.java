/**
 * The streams-app as a whole: the selection and its HTTP API, with which people read tasks, subsets
 * and jobs, put tasks and candidates, fire and cancel jobs, and watch health and metrics.
 *
 * <p>Reads are answered from the state stores of this instance, or from those of the instance that
 * holds the task. Writes go to Kafka through the client package. The command line starts {@link
 * io.sluice.streams.api.StreamsApp}; no other package of the streams-app knows this one.
 */
package io.sluice.streams.api;
