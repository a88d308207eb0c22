package io.sluice.streams.api;

import io.sluice.schemas.TargetTask;
import io.sluice.streams.audit.Chosen;
import io.sluice.streams.client.ScoredEntry;
import io.sluice.streams.select.CandidateSummary;
import io.sluice.streams.select.SubsetQueries.HeldSummaries;
import io.sluice.streams.selection.Slot;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A candidate of a subset that is read without messages.
 *
 * @param task the task, in the revision of the subset
 * @param slot what the candidate holds
 * @param tier the smallest budget of the task whose subset includes it
 * @param summary the candidate
 */
record SummaryEntry(TargetTask task, Slot<String> slot, int tier, CandidateSummary summary)
    implements ScoredEntry {
  /** The candidates of a subset, in selection order. */
  static List<SummaryEntry> of(HeldSummaries held) {
    return IntStream.range(0, held.slots().size())
        .mapToObj(
            i ->
                new SummaryEntry(
                    held.task().served(),
                    held.slots().get(i),
                    held.sizes().tierOf(i).orElseThrow(),
                    held.summaries().get(i)))
        .toList();
  }

  @Override
  public String query() {
    return task.getQueries().get(slot.query()).getId();
  }

  @Override
  public float score() {
    return slot.score();
  }

  @Override
  public float scoreOf(int query) {
    return summary.scoreOf(query);
  }

  /** The same for explanations. */
  Chosen chosen() {
    return new Chosen(slot, tier, summary.content());
  }
}
