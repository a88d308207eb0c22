package io.sluice.streams.select;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The state of a target task: the revision that is served, its published subset, the jobs, and the
 * incoming revision, if there is one, which replaces the served one as soon as it is complete. Not
 * thread-safe.
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

  /** The subset that was published last. */
  PublishedSubset published() {
    return published;
  }

  /** The jobs of all revisions of the task. */
  TaskJobs jobs() {
    return jobs;
  }

  Optional<TaskSelection> incoming() {
    return incoming;
  }

  /** Starts preparing a newer revision, in place of an earlier one that is not served yet. */
  void prepare(TaskSelection newer) {
    incoming = Optional.of(newer);
  }

  /** The number of the newest revision, served or not. */
  int newestRevision() {
    return incoming.orElse(served).revision();
  }

  /** The served revision, followed by the incoming one if there is one. */
  List<TaskSelection> revisions() {
    List<TaskSelection> all = new ArrayList<>(List.of(served));
    incoming.ifPresent(all::add);
    return all;
  }

  Optional<TaskSelection> revision(int number) {
    return revisions().stream().filter(each -> each.revision() == number).findFirst();
  }

  /**
   * Replaces the served revision by the incoming one. All published records become outdated,
   * because they name the old revision.
   */
  void serveIncoming() {
    served = incoming.orElseThrow();
    incoming = Optional.empty();
    published.outdateAll();
  }
}
