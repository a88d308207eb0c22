package io.sluice.streams.select;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The subset of a task as its consumers have it: the candidates in it, and the tier in which each
 * was published last. Comparing it with what is selected now gives the tier changes to publish.
 *
 * <p>Not thread-safe; kept by the processor that publishes the task.
 */
final class PublishedSubset {
  /**
   * In place of a tier: consumers have the candidate, but something of what they have is no longer
   * true, such as its content or the revision of the task.
   */
  static final int OUTDATED = -1;

  private final Map<String, Integer> tiers = new HashMap<>();

  boolean contains(String candidateId) {
    return tiers.containsKey(candidateId);
  }

  /** The ids of all published candidates, as they are now. */
  Set<String> ids() {
    return Set.copyOf(tiers.keySet());
  }

  /**
   * Records what consumers have of a candidate.
   *
   * @param tier the budget that is its tier, or {@link #OUTDATED}
   */
  void put(String candidateId, int tier) {
    tiers.put(candidateId, tier);
  }

  void remove(String candidateId) {
    tiers.remove(candidateId);
  }

  /** Marks every published candidate as {@link #OUTDATED}. */
  void outdateAll() {
    tiers.replaceAll((id, tier) -> OUTDATED);
  }

  /**
   * What has to be published for consumers to have another subset.
   *
   * @param selected the tier of each selected candidate, in selection order
   */
  Changes changesTo(Map<String, Integer> selected) {
    List<String> left = tiers.keySet().stream().filter(id -> !selected.containsKey(id)).toList();
    Map<String, Integer> moved = new LinkedHashMap<>();
    selected.forEach(
        (id, tier) -> {
          if (!tier.equals(tiers.get(id))) {
            moved.put(id, tier);
          }
        });
    return new Changes(left, moved);
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
