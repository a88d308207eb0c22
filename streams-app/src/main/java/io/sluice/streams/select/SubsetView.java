package io.sluice.streams.select;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.Nomination;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.select.SelectionQueries.HeldTask;
import io.sluice.streams.select.SubsetQueries.HeldPage;
import io.sluice.streams.selection.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A subset at one moment, of which parts are read.
 *
 * @param task the task and its served revision, which the subset belongs to
 * @param slots the slots of the largest budget, in selection order
 * @param sizes how many of them the subset of each budget has
 * @param nominations looks up the nomination of a selected candidate; empty when it has been
 *     deleted since
 */
record SubsetView(
    HeldTask task,
    List<Slot<String>> slots,
    SubsetSizes sizes,
    Function<String, Optional<Nomination>> nominations) {

  /**
   * A part of it; empty when a nomination has been deleted since.
   *
   * @throws IllegalArgumentException when the budget is out of range
   */
  Optional<HeldPage> page(
      Optional<Integer> budget, Optional<Predicate<Candidate>> wanted, int offset, int limit) {
    List<Integer> budgets = sizes.budgets();
    int given = budget.orElseGet(() -> budgets.get(budgets.size() - 1));
    List<Slot<String>> within = slots.subList(0, sizes.within(task.served().getTaskId(), given));
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

  private Optional<List<Slot<String>>> matching(
      List<Slot<String>> within, Predicate<Candidate> wanted) {
    List<Slot<String>> matching = new ArrayList<>();
    for (Slot<String> slot : within) {
      Optional<Nomination> nomination = nominations.apply(slot.id());
      if (nomination.isEmpty()) {
        return Optional.empty();
      }
      if (wanted.test(nomination.get().getCandidate())) {
        matching.add(slot);
      }
    }
    return Optional.of(matching);
  }

  private Optional<List<SelectedInstruction>> selected(List<Slot<String>> part) {
    List<SelectedInstruction> selected = new ArrayList<>(part.size());
    for (Slot<String> slot : part) {
      Optional<Nomination> nomination = nominations.apply(slot.id());
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
