/**
 * The rules by which candidates are eligible for a task. Pure: it knows the records of {@code
 * schemas}, and neither Kafka nor the stages.
 *
 * <p>Each rule is a function of one candidate and the task. It never depends on other candidates or
 * on the order in which they arrive, so each shard can apply it on its own.
 */
package io.sluice.streams.rules;
