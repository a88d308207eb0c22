/** The commands that work on Kafka from outside the topology, and the one that needs no Kafka. */
package io.sluice.streams.cli;
