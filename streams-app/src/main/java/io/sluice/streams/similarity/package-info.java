/**
 * The similarity of candidates to the queries of a task.
 *
 * <p>{@link io.sluice.streams.similarity.QueryMatrix} computes scores; {@link
 * io.sluice.streams.similarity.CandidateVectors} is a candidate, checked once for all tasks.
 * Queries have full precision, but 7 bits per value for candidates of 1 bit per value. The loops
 * use vector instructions if the JVM offers them and plain Java otherwise, and give the same bits
 * either way.
 *
 * <p>The first stage of the selection and the benchmarks use this package. It is pure arithmetic:
 * no Kafka and no I/O.
 */
package io.sluice.streams.similarity;
