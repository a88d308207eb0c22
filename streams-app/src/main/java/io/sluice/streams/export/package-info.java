/**
 * Writes frozen datasets as folders that other trainers can use: example files, and configurations
 * for TRL, Axolotl and LLaMA-Factory.
 *
 * <p>The command line uses this package. It writes files, and reads nothing from Kafka: the caller
 * does that.
 */
package io.sluice.streams.export;
