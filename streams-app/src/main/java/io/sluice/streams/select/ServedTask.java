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
  private TaskRevision served;
  private Optional<TaskRevision> incoming = Optional.empty();

  ServedTask(TaskRevision served, TaskJobs jobs) {
    this.served = served;
    this.jobs = jobs;
  }

  String id() {
    return served.definition().getTaskId();
  }

  /** The selection of the served revision by the task's own representation. */
  TaskSelection served() {
    return served.own();
  }

  TaskRevision servedRevision() {
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

  Optional<TaskRevision> incoming() {
    return incoming;
  }

  /** Starts preparing a newer revision, in place of an earlier one that is not served yet. */
  void prepare(TaskRevision newer) {
    incoming = Optional.of(newer);
  }

  /** The number of the newest revision, served or not. */
  int newestRevision() {
    return incoming.orElse(served).number();
  }

  /** The served revision, followed by the incoming one if there is one. */
  List<TaskRevision> revisions() {
    List<TaskRevision> all = new ArrayList<>(List.of(served));
    incoming.ifPresent(all::add);
    return all;
  }

  /**
   * The selection that a shard reports about.
   *
   * @param id id of the task or of a companion
   */
  Optional<TaskSelection> selection(String id, int revision) {
    return revisions().stream()
        .filter(each -> each.number() == revision)
        .findFirst()
        .flatMap(each -> each.selection(id));
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
