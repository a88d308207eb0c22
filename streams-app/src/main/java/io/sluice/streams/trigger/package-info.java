/**
 * When a fine-tune job fires, and which id it has: pure functions of what they are given.
 *
 * <p>The second stage uses this package. It knows only the JDK: no Kafka, no stores and no clock.
 */
package io.sluice.streams.trigger;
