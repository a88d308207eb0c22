/**
 * Commands that send candidates and target tasks to Kafka, and that read the selected subset of a
 * task: {@code ingest}, {@code task} and {@code selected}.
 */
package io.sluice.local.cli.pool;
