package io.sluice.streams.select;

import io.sluice.streams.selection.TierChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A target task as its consumers see it: the revision that is served, the subset that is published,
 * and the newer revision, if there is one, that replaces both as soon as it is complete.
 */
final class ServedTask {
  /** In place of a published tier: what consumers have of the candidate is no longer true. */
  static final int OUTDATED = -1;

  private final Map<String, Integer> published = new HashMap<>();
  private final TaskJobs jobs;
  private TaskSelection served;
  private Optional<TaskSelection> incoming = Optional.empty();

  ServedTask(TaskSelection served, TaskJobs jobs) {
    this.served = served;
    this.jobs = jobs;
  }

  String id() {
    return served.definition().getTaskId();
  }

  TaskSelection served() {
    return served;
  }

  /** The jobs of all its revisions. */
  TaskJobs jobs() {
    return jobs;
  }

  Optional<TaskSelection> incoming() {
    return incoming;
  }

  void prepare(TaskSelection newer) {
    incoming = Optional.of(newer);
  }

  /** The newest revision, served or not. */
  int newestRevision() {
    return incoming.orElse(served).revision();
  }

  /** The one that is served and the one that is not, as far as there is one. */
  List<TaskSelection> revisions() {
    List<TaskSelection> all = new ArrayList<>(List.of(served));
    incoming.ifPresent(all::add);
    return all;
  }

  Optional<TaskSelection> revision(int number) {
    return revisions().stream().filter(each -> each.revision() == number).findFirst();
  }

  /** Serves the incoming revision; all that was published is then of another revision. */
  void replace() {
    served = incoming.orElseThrow();
    incoming = Optional.empty();
    published.replaceAll((id, tier) -> OUTDATED);
  }

  boolean isPublished(String candidateId) {
    return published.containsKey(candidateId);
  }

  Set<String> publishedIds() {
    return Set.copyOf(published.keySet());
  }

  /** Consumers have been told: {@code tier}, {@link #OUTDATED} or {@link TierChange#OUTSIDE}. */
  void published(String candidateId, int tier) {
    if (tier == TierChange.OUTSIDE) {
      published.remove(candidateId);
    } else {
      published.put(candidateId, tier);
    }
  }

  /** What leads from the subset that is published to the one that is selected. */
  List<TierChange<String>> unpublished() {
    Map<String, Integer> selected = served.tiersById();
    List<TierChange<String>> changes = new ArrayList<>();
    published.forEach(
        (id, tier) -> {
          if (!selected.containsKey(id)) {
            changes.add(new TierChange<>(id, tier, TierChange.OUTSIDE));
          }
        });
    selected.forEach(
        (id, tier) -> {
          int was = published.getOrDefault(id, TierChange.OUTSIDE);
          if (was != tier) {
            changes.add(new TierChange<>(id, was, tier));
          }
        });
    return changes;
  }
}
