package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;

/** A record that a shard processes, with one kind per topic and meaning. */
sealed interface ShardInput {
  /** Calls the handler's method for this kind of input. */
  void accept(Handler handler);

  /** Has one method per kind of input, so that the compiler finds a kind that is not handled. */
  interface Handler {
    /** A task or a new revision of it was defined; the same definition may be repeated. */
    void onTaskDefined(TargetTask task);

    /** A task was removed; the shard may not know it. */
    void onTaskRemoved(String taskId);

    /** A revision of a task is served now, so the shard no longer has to work on older ones. */
    void onRevisionServed(String taskId, int revision);

    /** A query of a task was represented; the shard may not know the task yet. */
    void onQueryRepresented(QueryRepresentation query);

    /** A worker has removed the representation of a query, because its revision was replaced. */
    void onQueryDropped(QueryRepresentationKey key);

    /**
     * A candidate was represented: for the first time, again, or with new content.
     *
     * @throws io.sluice.streams.deadletter.InvalidRecordException when a task cannot use the
     *     representation
     */
    void onCandidateRepresented(Representation representation);

    /**
     * A candidate's representation was replaced by a record that breaks the contract, so the shard
     * withdraws the previous one.
     *
     * @throws io.sluice.streams.deadletter.InvalidRecordException always, with the reason
     */
    void onRepresentationRefused(RepresentationKey key, String reason);

    /** The representation of a candidate was retracted. */
    void onCandidateRetracted(RepresentationKey key);
  }

  /** From the target-tasks topic: a record with a value. */
  record TaskDefined(TargetTask task) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onTaskDefined(task);
    }
  }

  /** From the target-tasks topic: a record without a value. */
  record TaskRemoved(String taskId) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onTaskRemoved(taskId);
    }
  }

  /** From the task-status topic. */
  record RevisionServed(String taskId, int revision) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onRevisionServed(taskId, revision);
    }
  }

  /** From the query-representations topic: a record with a value. */
  record QueryRepresented(QueryRepresentation query) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onQueryRepresented(query);
    }
  }

  /** From the query-representations topic: a record without a value. */
  record QueryDropped(QueryRepresentationKey key) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onQueryDropped(key);
    }
  }

  /** From the representations topic: a record that can be used. */
  record CandidateRepresented(Representation representation) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onCandidateRepresented(representation);
    }
  }

  /** From the representations topic: a record whose value breaks the contract. */
  record RepresentationRefused(RepresentationKey key, String reason) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onRepresentationRefused(key, reason);
    }
  }

  /** From the representations topic: a record without a value. */
  record CandidateRetracted(RepresentationKey key) implements ShardInput {
    @Override
    public void accept(Handler handler) {
      handler.onCandidateRetracted(key);
    }
  }
}
