package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;

/** A record that a shard processes, whichever topic it was read from. */
sealed interface ShardInput {
  /** Calls the one method of the handler that is for this kind of input. */
  void accept(Handler handler);

  /** Has a method for each kind of input, so that no kind can be left out. */
  interface Handler {
    /** A task or a revision of it was defined; perhaps again, with the same contents. */
    void onTaskDefined(TargetTask task);

    /** A task was removed; perhaps one that the shard does not know. */
    void onTaskRemoved(String taskId);

    /** A revision of a task is served now, so the shard need not work on older ones any more. */
    void onRevisionServed(String taskId, int revision);

    /** A query of a task has its representation; perhaps before the task is known here. */
    void onQueryRepresented(QueryRepresentation query);

    /** A worker has removed the representation of a query, because its revision was replaced. */
    void onQueryDropped(QueryRepresentationKey key);

    /**
     * A candidate has its representation: the first, a repeat, or one of other content.
     *
     * @throws io.sluice.streams.deadletter.InvalidRecordException when a task cannot use it
     */
    void onCandidateRepresented(Representation representation);

    /**
     * The topic now holds a representation that breaks the contract, so that the shard must forget
     * the one before.
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
