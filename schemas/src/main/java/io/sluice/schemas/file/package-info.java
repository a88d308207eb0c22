/**
 * Readers and writers of the files that people and tools hand to Sluice: candidates and tasks as
 * JSON, NumPy arrays. Every module may use them. They turn files into records of the contract and
 * report what is wrong with a line; they know neither Kafka nor who asks.
 */
package io.sluice.schemas.file;
