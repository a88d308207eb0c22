package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The revisions of target tasks that one shard knows. It works on a revision once all its queries
 * are represented, until the task is removed or its status says that a newer revision is served.
 */
final class ShardTasks {
  private final ShardStores stores;
  private final ShardReporter reporter;

  /** The revisions that the shard works on. */
  private final Map<TaskKey, ShardTask> active = new HashMap<>();

  /** Revisions whose score rows are still to be deleted. */
  private final Deque<TaskKey> dropped = new ArrayDeque<>();

  /** Restores the revisions from what is stored. */
  ShardTasks(ShardStores stores, ShardReporter reporter) {
    this.stores = stores;
    this.reporter = reporter;
    dropped.addAll(stores.dropped());
    stores.tasks().forEach(this::activateIfComplete);
  }

  /** The revisions that the shard works on, as they are now. */
  List<ShardTask> active() {
    return List.copyOf(active.values());
  }

  /** Adds a revision, unless one that is as new is known. */
  void define(TargetTask task) {
    boolean known =
        stores.revisions(task.getTaskId()).stream()
            .anyMatch(other -> other.getRevision() >= task.getRevision());
    if (!known) {
      stores.putTask(task);
      activateIfComplete(task);
    }
  }

  /** Drops all revisions of a task. */
  void remove(String taskId) {
    stores.revisions(taskId).forEach(this::drop);
  }

  /** Drops the revisions of a task that are older than the one that is served. */
  void dropBefore(String taskId, int revision) {
    stores.revisions(taskId).stream()
        .filter(task -> task.getRevision() < revision)
        .forEach(this::drop);
  }

  private void drop(TargetTask task) {
    TaskKey revision = TaskKey.prefix(task.getTaskId(), task.getRevision());
    stores.dropTask(task);
    active.remove(revision);
    reporter.forget(revision);
    dropped.add(revision);
  }

  /**
   * Keeps the representation of a query, and starts work on its revision if it was the last
   * missing.
   *
   * @throws InvalidRecordException when the revision is worked on with another fingerprint
   */
  void putQuery(QueryRepresentation query) {
    List<TargetTask> revisions = stores.revisions(query.getTaskId());
    Optional<ShardTask> known =
        Optional.ofNullable(active.get(TaskKey.prefix(query.getTaskId(), query.getRevision())));
    if (known.isPresent()) {
      known.get().requireSameFingerprint(query);
    } else if (revisions.isEmpty()
        || revisions.stream().anyMatch(task -> task.getRevision() <= query.getRevision())) {
      stores.putQuery(query);
      revisions.stream()
          .filter(task -> task.getRevision() == query.getRevision())
          .forEach(this::activateIfComplete);
    }
  }

  /**
   * Keeps the query of a revision that the shard works on, and of one that it does not know yet:
   * the newer revision may take long to be served, and this one is served until then.
   */
  void dropQuery(QueryRepresentationKey key) {
    String taskId = key.getTaskId();
    int revision = key.getRevision();
    boolean known =
        stores.revisions(taskId).stream().anyMatch(task -> task.getRevision() >= revision);
    if (known && !active.containsKey(TaskKey.prefix(taskId, revision))) {
      stores.dropQuery(taskId, revision, key.getQueryIndex());
    }
  }

  private void activateIfComplete(TargetTask definition) {
    List<QueryRepresentation> queries = stores.queries(definition);
    if (queries.size() < definition.getQueries().size() || !ShardTask.areComparable(queries)) {
      return;
    }
    TaskKey revision = TaskKey.prefix(definition.getTaskId(), definition.getRevision());
    ShardTask task = new ShardTask(definition, queries, stores.progress(revision));
    if (!task.progress().successorsDue()) {
      stores.forEachRow(revision, task::admit);
    }
    // Otherwise the shard stopped between a withdrawal and the nomination of the successors, and
    // cannot know any more which candidates these are. The selection stays empty, so that all that
    // enter it are nominated before the next pool count.
    active.put(revision, task);
  }

  /**
   * Deletes score rows of one dropped revision.
   *
   * @param most number of rows to delete at most
   * @return false when there was nothing to delete
   */
  boolean deleteRows(int most) {
    if (dropped.isEmpty()) {
      return false;
    }
    if (stores.deleteRows(dropped.peek(), most)) {
      dropped.remove();
    }
    return true;
  }
}
