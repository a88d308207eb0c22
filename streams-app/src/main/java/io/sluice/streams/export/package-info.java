/**
 * Writes frozen datasets as folders: example files, and folders from which TRL, Axolotl and
 * LLaMA-Factory train on exactly the tokens that the examples were selected by.
 *
 * <p>The command line uses this package. It writes files, and reads nothing from Kafka: the caller
 * does that. How examples become tokens of a model is given to it as a {@link
 * io.sluice.streams.export.TrainingText}.
 */
package io.sluice.streams.export;
