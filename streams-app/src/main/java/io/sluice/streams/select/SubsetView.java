package io.sluice.streams.select;

import io.sluice.schemas.Nomination;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.select.SubsetQueries.HeldSummaries;
import io.sluice.streams.selection.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A subset at one moment, of which parts are read. Only the candidates of a returned page are
 * looked up in the store; whatever is asked of all candidates needs their summaries.
 *
 * @param task the task and its served revision, which the subset belongs to
 * @param slots the slots of the largest budget, in selection order
 * @param sizes how many of them the subset of each budget has
 * @param control ids of the candidates in the random control, if the task has one
 * @param source looks candidates up
 */
record SubsetView(
    HeldTask task,
    List<Slot<String>> slots,
    SubsetSizes sizes,
    Optional<List<String>> control,
    Source source) {

  /** Looks up candidates of the subset and of its control. */
  interface Source {
    /** The nomination of a candidate; empty when it has been deleted since. */
    Optional<Nomination> nomination(String candidateId);

    /** The summary of a candidate; empty when its nomination has been deleted since. */
    Optional<CandidateSummary> summary(String candidateId);
  }

  /**
   * A part of it; empty when a nomination has been deleted since.
   *
   * @throws IllegalArgumentException when the budget is out of range
   */
  Optional<HeldPage> page(
      Optional<Integer> budget, Optional<SubsetFilter> wanted, int offset, int limit) {
    int given = given(budget);
    List<Slot<String>> within = within(given);
    Optional<List<Slot<String>>> matching =
        wanted.isEmpty() ? Optional.of(within) : matching(within, wanted.get());
    return matching.flatMap(
        all -> {
          int from = Math.min(offset, all.size());
          List<Slot<String>> part = all.subList(from, from + Math.min(limit, all.size() - from));
          return selected(part)
              .map(
                  selected -> new HeldPage(task, given, within.size(), all.size(), part, selected));
        });
  }

  /**
   * The summaries of the candidates of a budget; empty when a nomination has been deleted since.
   *
   * @throws IllegalArgumentException when the budget is out of range
   */
  Optional<HeldSummaries> summaries(Optional<Integer> budget) {
    int given = given(budget);
    List<Slot<String>> within = within(given);
    List<CandidateSummary> summaries = new ArrayList<>(within.size());
    for (Slot<String> slot : within) {
      Optional<CandidateSummary> summary = source.summary(slot.id());
      if (summary.isEmpty()) {
        return Optional.empty();
      }
      summaries.add(summary.get());
    }
    return Optional.of(new HeldSummaries(task, given, within, sizes, summaries));
  }

  /**
   * The summaries of the candidates in the random control; empty when the task has none. Candidates
   * that have been withdrawn since the last publication are left out: the others are a uniform
   * sample of the others in the pool.
   */
  Optional<List<CandidateSummary>> sample() {
    return control.map(ids -> ids.stream().flatMap(id -> source.summary(id).stream()).toList());
  }

  private int given(Optional<Integer> budget) {
    List<Integer> budgets = sizes.budgets();
    return budget.orElseGet(() -> budgets.get(budgets.size() - 1));
  }

  private List<Slot<String>> within(int budget) {
    return slots.subList(0, sizes.within(task.served().getTaskId(), budget));
  }

  private Optional<List<Slot<String>>> matching(List<Slot<String>> within, SubsetFilter wanted) {
    List<Slot<String>> matching = new ArrayList<>();
    for (Slot<String> slot : within) {
      Optional<CandidateSummary> summary = source.summary(slot.id());
      if (summary.isEmpty()) {
        return Optional.empty();
      }
      if (wanted.accepts(summary.get())) {
        matching.add(slot);
      }
    }
    return Optional.of(matching);
  }

  private Optional<List<SelectedInstruction>> selected(List<Slot<String>> part) {
    List<SelectedInstruction> selected = new ArrayList<>(part.size());
    for (Slot<String> slot : part) {
      Optional<Nomination> nomination = source.nomination(slot.id());
      if (nomination.isEmpty()) {
        return Optional.empty();
      }
      SubsetPlace place =
          new SubsetPlace(sizes.tierOf(slot.slot()).orElseThrow(), slot.neighbourOf());
      selected.add(SubsetRecords.selected(task.served(), place, nomination.get()));
    }
    return Optional.of(selected);
  }
}
