/**
 * The settings of the streams-app, and what they mean for Kafka Streams.
 *
 * <p>Every package of the module that works with Kafka or HTTP may read them. It knows the
 * connection kit and Kafka Streams. Of the stages it knows only the classes that Kafka Streams
 * creates by name, such as its exception handlers, and it does not know the HTTP API.
 */
package io.sluice.streams.config;
