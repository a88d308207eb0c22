/**
 * Records that cannot be used: how a stage refuses one, and how it reaches the dead-letter topic
 * with the reason while the stream goes on.
 *
 * <p>Both stages throw {@link io.sluice.streams.deadletter.InvalidRecordException}; the topology
 * installs {@link io.sluice.streams.deadletter.DeadLetterHandler}. This package knows none of them.
 */
package io.sluice.streams.deadletter;
