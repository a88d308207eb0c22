package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.arm.Companions;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.revision.TaskKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The revisions of target tasks that one shard knows. The shard works on a revision from the moment
 * when all its queries are represented until the task is removed or a newer revision is served. Not
 * thread-safe; owned by the shard's processor.
 */
final class ShardTasks {
  private final ShardStores stores;
  private final ShardReporter reporter;
  private final RecordLimit limit;

  /** The revisions that the shard works on. */
  private final Map<TaskKey, ShardTask> active = new HashMap<>();

  /** Revisions whose score rows are still to be deleted. */
  private final Deque<TaskKey> dropped = new ArrayDeque<>();

  /** Restores the revisions and their selections from the stores. */
  ShardTasks(ShardStores stores, ShardReporter reporter, RecordLimit limit) {
    this.stores = stores;
    this.reporter = reporter;
    this.limit = limit;
    dropped.addAll(stores.dropped());
    stores.tasks().forEach(this::activateIfComplete);
  }

  /** A copy of the list of revisions that the shard works on. */
  List<ShardTask> active() {
    return List.copyOf(active.values());
  }

  /** Adds a revision and its companions, unless the same or a newer one is known. */
  void define(TargetTask task) {
    boolean known =
        stores.revisions(task.getTaskId()).stream()
            .anyMatch(other -> other.getRevision() >= task.getRevision());
    if (!known) {
      add(task);
      Companions.of(task).forEach(this::add);
    }
  }

  private void add(TargetTask task) {
    stores.putTask(task);
    activateIfComplete(task);
  }

  /** Drops all revisions of a task and of its companions. */
  void remove(String taskId) {
    withCompanions(taskId).forEach(this::drop);
  }

  /**
   * Drops the revisions of a task, and its companions, that are older than the one served. A
   * companion stays until a newer revision of it has caught up: a revision is served without
   * waiting for its companions, and until then, only the older one knows the candidates that the
   * arms of earlier jobs have and that may be retracted.
   */
  void dropOlderThan(String taskId, int revision) {
    withCompanions(taskId).stream()
        .filter(task -> task.getRevision() < revision && !awaitsNewerCompanion(task))
        .forEach(this::drop);
  }

  private boolean awaitsNewerCompanion(TargetTask task) {
    List<TargetTask> newer =
        stores.revisions(task.getTaskId()).stream()
            .filter(other -> other.getRevision() > task.getRevision())
            .toList();
    return Companions.isCompanion(task.getTaskId())
        && !newer.isEmpty()
        && newer.stream().noneMatch(this::hasCaughtUp);
  }

  private boolean hasCaughtUp(TargetTask task) {
    return Optional.ofNullable(active.get(TaskKey.prefix(task.getTaskId(), task.getRevision())))
        .filter(shardTask -> shardTask.progress().caughtUp())
        .isPresent();
  }

  private List<TargetTask> withCompanions(String taskId) {
    return Stream.of(stores.revisions(taskId), stores.companions(taskId))
        .flatMap(List::stream)
        .toList();
  }

  private void drop(TargetTask task) {
    TaskKey revision = TaskKey.prefix(task.getTaskId(), task.getRevision());
    stores.dropTask(task);
    active.remove(revision);
    reporter.forget(revision);
    dropped.add(revision);
  }

  /**
   * Stores the representation of a query, and starts work on its revision if no other query is
   * missing.
   *
   * @throws InvalidRecordException when the shard already works on the revision with queries of
   *     another fingerprint
   */
  void putQuery(QueryRepresentation query) {
    List<TargetTask> revisions = stores.revisions(query.getTaskId());
    Optional<ShardTask> known =
        Optional.ofNullable(active.get(TaskKey.prefix(query.getTaskId(), query.getRevision())));
    if (known.isPresent()) {
      known.get().requireSameFingerprint(query);
    } else if (!isOfDroppedCompanion(query.getTaskId(), query.getRevision())
        && (revisions.isEmpty()
            || revisions.stream().anyMatch(task -> task.getRevision() <= query.getRevision()))) {
      stores.putQuery(query);
      revisions.stream()
          .filter(task -> task.getRevision() == query.getRevision())
          .forEach(this::activateIfComplete);
    }
  }

  /**
   * Deletes the representation of a query, unless the shard works on its revision or does not know
   * it yet: the older revision is still served until all candidates are scored for the newer one,
   * which may take long.
   */
  void dropQuery(QueryRepresentationKey key) {
    String taskId = key.getTaskId();
    int revision = key.getRevision();
    boolean known =
        stores.revisions(taskId).stream().anyMatch(task -> task.getRevision() >= revision);
    if ((known || isOfDroppedCompanion(taskId, revision))
        && !active.containsKey(TaskKey.prefix(taskId, revision))) {
      stores.dropQuery(taskId, revision, key.getQueryIndex());
    }
  }

  /**
   * Whether an id is that of a companion which this revision of its task does not have any more:
   * the task is known in this or a later revision, and a companion is added together with it.
   */
  private boolean isOfDroppedCompanion(String id, int revision) {
    return Companions.isCompanion(id)
        && stores.revisions(Companions.taskId(id)).stream()
            .anyMatch(task -> task.getRevision() >= revision)
        && stores.revisions(id).stream().noneMatch(task -> task.getRevision() == revision);
  }

  private void activateIfComplete(TargetTask definition) {
    List<QueryRepresentation> queries = stores.queries(definition);
    if (queries.size() < definition.getQueries().size() || !ShardTask.areComparable(queries)) {
      return;
    }
    TaskKey revision = TaskKey.prefix(definition.getTaskId(), definition.getRevision());
    ShardTask task = new ShardTask(definition, queries, stores.progress(revision), limit);
    stores.forEachRow(revision, task::restore);
    active.put(revision, task);
  }

  /**
   * Deletes score rows of one dropped revision.
   *
   * @param most maximum number of rows to delete
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
