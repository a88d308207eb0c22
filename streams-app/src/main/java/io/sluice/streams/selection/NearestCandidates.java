package io.sluice.streams.selection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The candidates nearest to one query: as many as a limit, the lower id first among equal
 * distances.
 *
 * <p>They are kept as a heap with the farthest one on top, so that most arrivals are rejected after
 * one comparison, and an admission takes O(log limit) comparisons. Not thread-safe.
 *
 * @param <K> candidate ids, ordered consistently with equals
 */
final class NearestCandidates<K extends Comparable<? super K>> {
  private final int limit;

  /** The nearest one first. */
  private final Comparator<Neighbour<K>> order =
      Comparator.<Neighbour<K>>comparingDouble(Neighbour::distance).thenComparing(Neighbour::id);

  /** A binary heap: neither child of entry i, 2 i + 1 and 2 i + 2, is farther than the entry. */
  private final List<Neighbour<K>> heap = new ArrayList<>();

  /**
   * Creates an empty list.
   *
   * @param limit how many candidates to keep, at least 1
   */
  NearestCandidates(int limit) {
    this.limit = limit;
  }

  /** Whether a candidate that is not in the list belongs to it. */
  boolean admits(float distance, K id) {
    if (heap.size() < limit) {
      return true;
    }
    Neighbour<K> farthest = heap.get(0);
    // Most candidates are farther than the farthest one, and need no second comparison.
    return distance <= farthest.distance
        && (distance < farthest.distance || id.compareTo(farthest.id) < 0);
  }

  /**
   * Adds a candidate that the list {@linkplain #admits admits}.
   *
   * @return the id of the candidate that no longer belongs to the list, if there is one
   */
  Optional<K> add(float distance, K id) {
    Neighbour<K> arrival = new Neighbour<>(distance, id);
    if (heap.size() < limit) {
      heap.add(arrival);
      rise(heap.size() - 1);
      return Optional.empty();
    }
    K displaced = heap.get(0).id;
    heap.set(0, arrival);
    sink();
    return Optional.of(displaced);
  }

  private void rise(int last) {
    int at = last;
    while (at > 0 && order.compare(heap.get(at), heap.get((at - 1) / 2)) > 0) {
      Collections.swap(heap, at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
  }

  private void sink() {
    int at = 0;
    int child = farthestChild(at);
    while (child < heap.size() && order.compare(heap.get(child), heap.get(at)) > 0) {
      Collections.swap(heap, at, child);
      at = child;
      child = farthestChild(at);
    }
  }

  /** The child of an entry that is farther than the other one; not in the heap if it has none. */
  private int farthestChild(int at) {
    int left = 2 * at + 1;
    int right = left + 1;
    return right < heap.size() && order.compare(heap.get(right), heap.get(left)) > 0 ? right : left;
  }

  /** A sorted copy, the nearest candidate first. */
  List<Neighbour<K>> sorted() {
    return heap.stream().sorted(order).toList();
  }

  /**
   * A candidate near a query.
   *
   * @param <K> candidate ids
   * @param distance 1 minus the similarity, in single precision
   * @param id id of the candidate
   */
  record Neighbour<K>(float distance, K id) {}
}
