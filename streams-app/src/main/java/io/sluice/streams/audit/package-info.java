/**
 * Compares what was published with what the batch rule gives, and explains why a candidate is
 * selected or not.
 *
 * <p>Nothing here reads or writes: the clients pass in what the topics hold. The package knows the
 * schemas, the scored pool, the rules and the selection algorithms; it knows neither Kafka nor the
 * second stage, whose work it checks.
 */
package io.sluice.streams.audit;
