package io.sluice.streams.select;

import io.sluice.streams.revision.SubsetSizes;
import io.sluice.streams.selection.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The subsets of a task's budgets as they are at one moment. Whatever is published or decided
 * between two changes of the selection uses the same instance, because going through a selection of
 * ten thousand candidates takes milliseconds. Not thread-safe.
 */
final class CurrentSubset {
  private final List<Slot<String>> slots;
  private final SubsetSizes sizes;
  private final Optional<List<String>> control;
  private final Map<JobOfBudget, Double> turnovers = new HashMap<>();

  /**
   * Takes a selection.
   *
   * @param selection the selection of the largest budget, in selection order
   * @param sizes how many of its candidates the subset of each budget has
   * @param control ids of the candidates in the random control, if there is one
   */
  CurrentSubset(List<Slot<String>> selection, SubsetSizes sizes, Optional<List<String>> control) {
    this.slots = List.copyOf(selection.subList(0, sizes.largest()));
    this.sizes = sizes;
    this.control = control;
  }

  /** How many candidates the subset of each budget has. */
  SubsetSizes sizes() {
    return sizes;
  }

  /**
   * Ids of the candidates in the random control, which are a uniform sample of the pool; empty when
   * there is none.
   */
  Optional<List<String>> control() {
    return control;
  }

  /** The subset of a budget, in selection order. */
  List<Slot<String>> of(int budget) {
    return slots.subList(0, sizes.of(budget));
  }

  /** A new set of the candidates in the subset of the largest budget. */
  Set<String> ids() {
    return slots.stream().map(Slot::id).collect(Collectors.toSet());
  }

  /** Calls the visitor with each candidate and its place, in selection order. */
  void forEachPlace(BiConsumer<String, SubsetPlace> visitor) {
    int next = 0;
    for (int budget : sizes.budgets()) {
      for (Slot<String> slot : slots.subList(next, sizes.of(budget))) {
        visitor.accept(slot.id(), new SubsetPlace(budget, slot.neighbourOf()));
      }
      next = sizes.of(budget);
    }
  }

  /** Whether the subset of each budget has as many candidates as in another one. */
  boolean hasSizesOf(CurrentSubset other) {
    return sizes.sizes().equals(other.sizes.sizes());
  }

  /**
   * The slots whose candidates differ from those in another subset of the same sizes, or are near
   * another number of queries.
   */
  List<Slot<String>> differencesFrom(CurrentSubset other) {
    List<Slot<String>> differing = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot<String> slot = slots.get(i);
      Slot<String> before = other.slots.get(i);
      if (!slot.id().equals(before.id()) || slot.neighbourOf() != before.neighbourOf()) {
        differing.add(slot);
      }
    }
    return differing;
  }

  /** The place of a candidate in one of the slots. */
  SubsetPlace placeOf(Slot<String> slot) {
    return new SubsetPlace(sizes.tierOf(slot.slot()).orElseThrow(), slot.neighbourOf());
  }

  /**
   * The share of a budget's subset that is new compared with what a job of the budget trains on.
   *
   * @return 0 to 1; 0 when nothing is selected
   */
  double turnover(int budget, TaskJobs.Fired job) {
    return turnovers.computeIfAbsent(
        new JobOfBudget(budget, job.sequence()), key -> turnover(of(budget), job.selected()));
  }

  private static double turnover(List<Slot<String>> subset, Set<String> before) {
    long entered = subset.stream().filter(slot -> !before.contains(slot.id())).count();
    return subset.isEmpty() ? 0 : (double) entered / subset.size();
  }

  private record JobOfBudget(int budget, int sequence) {}
}
