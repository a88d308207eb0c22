package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TargetTask;

/** What a nomination shard is told. */
sealed interface ShardInput {
  /** A task is new or changed. */
  record TaskDefined(TargetTask task) implements ShardInput {}

  /** A task is gone. */
  record TaskRemoved(String taskId) implements ShardInput {}

  /** A revision of a task is served, older ones are not any more. */
  record RevisionServed(String taskId, int revision) implements ShardInput {}

  /** A query of a task has its representation. */
  record QueryRepresented(QueryRepresentation query) implements ShardInput {}

  /** The representation of a query is no longer needed. */
  record QueryDropped(QueryRepresentationKey key) implements ShardInput {}

  /** A candidate has its representation. */
  record Arrived(Representation representation) implements ShardInput {}

  /** The topic now holds something for a candidate that breaks the contract. */
  record Refused(RepresentationKey key, String reason) implements ShardInput {}

  /** A candidate was retracted. */
  record Retracted(RepresentationKey key) implements ShardInput {}
}
