/**
 * Commands that work on files, without Kafka: {@code represent}, {@code score}, {@code select},
 * {@code warmup} and {@code train}, with the options and the handling of output that they share.
 */
package io.sluice.local.cli.offline;
