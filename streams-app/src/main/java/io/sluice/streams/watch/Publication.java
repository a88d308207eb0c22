package io.sluice.streams.watch;

import java.util.List;
import java.util.Optional;

/**
 * What changed in a subset at once.
 *
 * @param at when it was published, in milliseconds since 1970 UTC
 * @param entered the first of the candidates that were not selected before
 * @param left the first of those that are not selected any longer
 * @param moved the first of those that were selected before, and whose record changed: another
 *     tier, revision or metadata
 * @param more how many further changes are not listed
 */
public record Publication(
    long at, List<Change> entered, List<Change> left, List<Change> moved, int more) {
  /** Copies the lists. */
  public Publication {
    entered = List.copyOf(entered);
    left = List.copyOf(left);
    moved = List.copyOf(moved);
  }

  /**
   * The change of one candidate.
   *
   * @param candidate its id
   * @param record what its newest record says; of a candidate that left, the last record before.
   *     Empty when that was not read
   */
  public record Change(String candidate, Optional<Place> record) {}

  /**
   * What the record of a selected candidate says.
   *
   * @param revision the task's revision
   * @param source the candidate's source
   * @param tier the smallest budget that includes it
   * @param score its highest similarity to any query
   * @param query the index of that query
   */
  public record Place(int revision, String source, int tier, float score, int query) {}
}
