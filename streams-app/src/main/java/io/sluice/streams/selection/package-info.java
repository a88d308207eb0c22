/**
 * Exact incremental selection in pure Java, without Kafka, files or clocks. All other packages may
 * use it.
 *
 * <p>An {@link io.sluice.streams.selection.Algorithm} creates {@link
 * io.sluice.streams.selection.Selection}s. Each ranks candidates by a strict total order that does
 * not depend on arrival, so the result depends on the set of candidates offered, and not on when or
 * through which shard they came.
 */
package io.sluice.streams.selection;
