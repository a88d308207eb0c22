package io.sluice.streams.select;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A target task as its consumers see it: the revision that is served, the subset that is published,
 * and the newer revision, if there is one, that replaces both as soon as it is complete.
 */
final class ServedTask {
  private final PublishedSubset published = new PublishedSubset();
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

  /** The subset that consumers have. */
  PublishedSubset published() {
    return published;
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

  /** Serves the incoming revision. All that is published is outdated then: it names another one. */
  void replace() {
    served = incoming.orElseThrow();
    incoming = Optional.empty();
    published.outdateAll();
  }
}
