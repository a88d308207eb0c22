/**
 * Exact incremental selection, pure: it knows nothing of Kafka, of files or of time.
 *
 * <p>An {@link io.sluice.streams.selection.Algorithm} makes {@link
 * io.sluice.streams.selection.Selection}s. Each orders candidates by a strict total order in which
 * arrival has no part, so the outcome depends on what was offered and never on when or through
 * which shard.
 */
package io.sluice.streams.selection;
