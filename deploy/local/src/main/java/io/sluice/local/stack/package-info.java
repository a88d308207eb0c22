/**
 * The local stack: everything that Sluice needs around it on one machine, that is, a Kafka broker,
 * a schema registry and the topics. {@link io.sluice.local.stack.LocalStack} starts all of it;
 * commands, benchmarks and tests use it. The package knows topics and settings, but neither the
 * services nor the command line.
 */
package io.sluice.local.stack;
