/**
 * Commands that work on files, without Kafka: {@code represent}, {@code score}, {@code select},
 * {@code warmup}, {@code train} and {@code study}, with the options and the handling of output that
 * they share.
 */
package io.sluice.local.cli.offline;
