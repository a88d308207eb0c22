/**
 * Commands that read and write files and know no Kafka: {@code represent}, {@code score}, {@code
 * select}, {@code warmup} and {@code train}; with what they share, from the options of the model to
 * the handling of their output.
 */
package io.sluice.local.cli.offline;
