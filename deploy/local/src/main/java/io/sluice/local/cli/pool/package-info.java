/**
 * Commands that put candidates and target tasks into Kafka, and read a task's selected subset:
 * {@code ingest}, {@code task} and {@code selected}.
 */
package io.sluice.local.cli.pool;
