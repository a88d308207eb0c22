/**
 * Exact incremental selection, pure: it knows nothing of Kafka, of files or of time.
 *
 * <p>Greedy round robin fills slots 0, 1, 2, ... in order; slot t belongs to query t mod M and
 * takes the best candidate by that query that no earlier slot took. Candidates are ordered by score
 * descending, then id ascending: a strict total order in which arrival has no part, so the outcome
 * depends on what was offered and never on when or through which shard.
 */
package io.sluice.streams.selection;
