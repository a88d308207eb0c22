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
 * The subset of a task as published: its candidates, each with the place that was published last.
 * Comparing it with the current selection gives the changes to publish.
 *
 * <p>Not thread-safe; owned by the processor that publishes the task.
 */
final class PublishedSubset {
  private final Map<String, SubsetPlace> places = new HashMap<>();

  /** The selection that was published completely, if nothing has changed since then. */
  private Optional<CurrentSubset> reached = Optional.empty();

  boolean contains(String candidateId) {
    return places.containsKey(candidateId);
  }

  /** A copy of the ids of all published candidates. */
  Set<String> ids() {
    return Set.copyOf(places.keySet());
  }

  /**
   * Records what was published for a candidate.
   *
   * @param place where it is, or {@link SubsetPlace#OUTDATED}
   */
  void put(String candidateId, SubsetPlace place) {
    reached = Optional.empty();
    places.put(candidateId, place);
  }

  void remove(String candidateId) {
    reached = Optional.empty();
    places.remove(candidateId);
  }

  /** Marks every published candidate as {@link SubsetPlace#OUTDATED}. */
  void outdateAll() {
    reached = Optional.empty();
    places.replaceAll((id, place) -> SubsetPlace.OUTDATED);
  }

  /** Records that all changes to a selection have been published. */
  void reach(CurrentSubset selected) {
    reached = Optional.of(selected);
  }

  /**
   * The changes that turn the published subset into the selected one. Usually, only a few slots
   * have other candidates than at the last publication, and only these are looked up.
   */
  Changes changesTo(CurrentSubset selected) {
    return reached
        .filter(selected::hasSizesOf)
        .map(before -> changes(before, selected))
        .orElseGet(() -> allChangesTo(selected));
  }

  private Changes changes(CurrentSubset before, CurrentSubset selected) {
    Map<String, SubsetPlace> moved = new LinkedHashMap<>();
    Set<String> still = new HashSet<>();
    for (Slot<String> slot : selected.differencesFrom(before)) {
      still.add(slot.id());
      SubsetPlace place = selected.placeOf(slot);
      if (!place.equals(places.get(slot.id()))) {
        moved.put(slot.id(), place);
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
    Map<String, SubsetPlace> moved = new LinkedHashMap<>();
    selected.forEachPlace(
        (id, place) -> {
          if (!place.equals(places.get(id))) {
            moved.put(id, place);
          }
        });
    return new Changes(unselected(selected), moved);
  }

  private List<String> unselected(CurrentSubset selected) {
    Set<String> ids = selected.ids();
    return places.keySet().stream().filter(id -> !ids.contains(id)).toList();
  }

  /**
   * The difference between a published subset and a selected one.
   *
   * @param left ids of the candidates that are no longer selected
   * @param moved the new place of each candidate that entered the subset, changed its place or is
   *     {@link SubsetPlace#OUTDATED}, in selection order
   */
  record Changes(List<String> left, Map<String, SubsetPlace> moved) {
    Changes {
      left = List.copyOf(left);
      moved = Collections.unmodifiableMap(moved);
    }
  }
}
