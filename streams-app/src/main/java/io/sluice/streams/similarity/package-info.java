/**
 * How alike candidates and the queries of a task are.
 *
 * <p>{@link io.sluice.streams.similarity.QueryMatrix} scores; {@link
 * io.sluice.streams.similarity.CandidateVectors} is a candidate, decoded once for all tasks.
 * Queries are in full precision, but in 7 bits a value for candidates of 1 bit. The loops
 * underneath are vector instructions where the JVM offers them, plain Java elsewhere, and give the
 * same bits either way.
 */
package io.sluice.streams.similarity;
