package io.sluice.streams.watch;

import io.sluice.streams.watch.Publication.Change;
import io.sluice.streams.watch.Publication.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The newest changes of subsets, in the order of their publication. The records of a task that were
 * published at once have the same timestamp. Thread-safe.
 */
public final class SubsetChanges {
  private static final int MOST_LISTED = 100;

  private final int mostPublications;
  private final int mostMembers;
  private final Map<String, OfTask> tasks = new HashMap<>();

  /**
   * Creates it without changes.
   *
   * @param mostPublications how many publications of a task are kept
   * @param mostMembers how many candidates of a task are remembered as selected
   */
  SubsetChanges(int mostPublications, int mostMembers) {
    this.mostPublications = mostPublications;
    this.mostMembers = mostMembers;
  }

  /**
   * Adds a record; those of a task in the order in which they were written.
   *
   * @param place empty when the candidate has left
   * @param at the record's timestamp
   */
  synchronized void add(String taskId, String candidateId, Optional<Place> place, long at) {
    tasks.computeIfAbsent(taskId, id -> new OfTask()).add(candidateId, place, at);
  }

  synchronized void clear() {
    tasks.clear();
  }

  /**
   * The newest publications of a task, the newest one first.
   *
   * @param limit how many at most
   */
  public synchronized List<Publication> of(String taskId, int limit) {
    return Optional.ofNullable(tasks.get(taskId))
        .map(task -> task.publications.stream().limit(limit).map(Building::done).toList())
        .orElse(List.of());
  }

  private final class OfTask {
    private final Map<String, Place> members = new LinkedHashMap<>();
    private final Deque<Building> publications = new ArrayDeque<>();

    void add(String candidateId, Optional<Place> place, long at) {
      Building current = publications.peekFirst();
      if (current == null || current.at != at) {
        current = new Building(at);
        publications.addFirst(current);
        if (publications.size() > mostPublications) {
          publications.removeLast();
        }
      }
      Optional<Place> before = Optional.ofNullable(members.remove(candidateId));
      if (place.isEmpty()) {
        current.add(current.left, new Change(candidateId, before));
      } else {
        members.put(candidateId, place.get());
        forgetEldest();
        current.add(
            before.isPresent() ? current.moved : current.entered, new Change(candidateId, place));
      }
    }

    private void forgetEldest() {
      if (members.size() > mostMembers) {
        Iterator<String> eldest = members.keySet().iterator();
        eldest.next();
        eldest.remove();
      }
    }
  }

  /** A publication of which more records may follow. */
  private static final class Building {
    private final long at;
    private final List<Change> entered = new ArrayList<>();
    private final List<Change> left = new ArrayList<>();
    private final List<Change> moved = new ArrayList<>();
    private int more;

    Building(long at) {
      this.at = at;
    }

    void add(List<Change> changes, Change change) {
      if (changes.size() < MOST_LISTED) {
        changes.add(change);
      } else {
        more++;
      }
    }

    Publication done() {
      return new Publication(at, entered, left, moved, more);
    }
  }
}
