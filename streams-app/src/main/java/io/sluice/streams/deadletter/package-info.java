/**
 * Handling of unusable records: the exception with which a stage rejects a record, and the handler
 * that sends the record and the reason to the dead-letter topic while the stream continues.
 *
 * <p>Both stages throw {@link io.sluice.streams.deadletter.InvalidRecordException}; the topology
 * installs {@link io.sluice.streams.deadletter.DeadLetterHandler}. This package knows neither stage
 * nor the topology.
 */
package io.sluice.streams.deadletter;
