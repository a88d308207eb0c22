/**
 * Commands that run Sluice on this machine: {@code quickstart} for the whole pipeline, {@code up}
 * for the broker and the schema registry, {@code topics} for the topics on any Kafka cluster, and
 * {@code bundled} and {@code bundled-model} for the data and the model that the quickstart uses.
 */
package io.sluice.local.cli.stack;
