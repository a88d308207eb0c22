/**
 * What exactly-once processing needs beyond Kafka Streams 4.2, which closes a single task after
 * some failures and sets it up again on the same thread:
 *
 * <ul>
 *   <li>It may go on where the thread's consumer is, and not at the committed offset, so that
 *       records are left out. Each source is therefore followed by a {@link
 *       io.sluice.streams.exactlyonce.Start}, which compares the two before the first record.
 *   <li>After a time-out in a punctuation, it commits what the task has sent without the offsets of
 *       the records that made it do so, so that they are processed twice. Each punctuation
 *       therefore {@link io.sluice.streams.exactlyonce.EndsThread ends the thread} instead.
 * </ul>
 *
 * <p>This package knows Kafka Streams and its consumers. It does not know what the topology does.
 */
package io.sluice.streams.exactlyonce;
