package io.sluice.streams.select;

import io.sluice.streams.selection.Slot;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The subset of a task as published: its candidates, each with the tier that was published last.
 * Comparing it with the current selection gives the tier changes to publish.
 *
 * <p>Not thread-safe; owned by the processor that publishes the task.
 */
final class PublishedSubset {
  /**
   * Used in place of a tier for a candidate whose published record is out of date, for instance
   * because its content was replaced, its metadata changed, or the task has a new revision.
   */
  static final int OUTDATED = -1;

  private final Map<String, Integer> tiers = new HashMap<>();

  /** The selection that was published completely, if nothing has changed since then. */
  private Optional<CurrentSubset> reached = Optional.empty();

  boolean contains(String candidateId) {
    return tiers.containsKey(candidateId);
  }

  /** A copy of the ids of all published candidates. */
  Set<String> ids() {
    return Set.copyOf(tiers.keySet());
  }

  /**
   * Records what was published for a candidate.
   *
   * @param tier the smallest budget that includes the candidate, or {@link #OUTDATED}
   */
  void put(String candidateId, int tier) {
    reached = Optional.empty();
    tiers.put(candidateId, tier);
  }

  void remove(String candidateId) {
    reached = Optional.empty();
    tiers.remove(candidateId);
  }

  /** Marks every published candidate as {@link #OUTDATED}. */
  void outdateAll() {
    reached = Optional.empty();
    tiers.replaceAll((id, tier) -> OUTDATED);
  }

  /** Records that all changes to a selection have been published. */
  void reach(CurrentSubset selected) {
    reached = Optional.of(selected);
  }

  /**
   * The changes that turn the published subset into the selected one. Mostly, few of the slots have
   * other candidates than when it was published last, and the others need not be looked up.
   */
  Changes changesTo(CurrentSubset selected) {
    return reached
        .filter(selected::hasSizesOf)
        .map(before -> changes(before, selected))
        .orElseGet(() -> allChangesTo(selected));
  }

  private Changes changes(CurrentSubset before, CurrentSubset selected) {
    Map<String, Integer> moved = new LinkedHashMap<>();
    Set<String> still = new HashSet<>();
    for (Slot<String> slot : selected.differencesFrom(before)) {
      still.add(slot.id());
      Integer published = tiers.get(slot.id());
      int tier = selected.tierOf(slot);
      if (published == null || published != tier) {
        moved.put(slot.id(), tier);
      }
    }
    List<String> left =
        before.differencesFrom(selected).stream()
            .map(Slot::id)
            .filter(id -> !still.contains(id))
            .toList();
    return new Changes(left, moved);
  }

  private Changes allChangesTo(CurrentSubset selected) {
    Map<String, Integer> moved = new LinkedHashMap<>();
    selected.forEachTier(
        (id, tier) -> {
          Integer published = tiers.get(id);
          if (published == null || published != tier) {
            moved.put(id, tier);
          }
        });
    return new Changes(unselected(selected), moved);
  }

  private List<String> unselected(CurrentSubset selected) {
    Set<String> ids = selected.ids();
    return tiers.keySet().stream().filter(id -> !ids.contains(id)).toList();
  }

  /**
   * The difference between a published subset and a selected one.
   *
   * @param left ids of the candidates that are no longer selected
   * @param moved the new tier of each candidate that entered the subset, changed its tier or is
   *     {@link #OUTDATED}, in selection order
   */
  record Changes(List<String> left, Map<String, Integer> moved) {
    Changes {
      left = List.copyOf(left);
      moved = Collections.unmodifiableMap(moved);
    }
  }
}
