/**
 * The algorithms that need the scores of a whole pool at once, because what they give to one
 * candidate depends on all others: unbalanced optimal transport ({@link
 * io.sluice.streams.transport.UnbalancedTransport}) and KNN-KDE ({@link
 * io.sluice.streams.transport.KnnKde}). Both give each candidate a mass, and rank by it ({@link
 * io.sluice.streams.transport.Masses}).
 *
 * <p>Offline commands and the command line's {@code pool} use this package. It is pure arithmetic:
 * no Kafka and no I/O. Loops over rows run in parallel, and the results are the same for any number
 * of threads.
 */
package io.sluice.streams.transport;
