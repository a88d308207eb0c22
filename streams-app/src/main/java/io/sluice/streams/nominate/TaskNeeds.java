package io.sluice.streams.nominate;

import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.streams.deadletter.InvalidRecordException;

/**
 * What a task requires of a representation to use it: that it can be compared with the queries,
 * fits into the records downstream, and has vectors that are in order.
 *
 * @param task the task
 * @param anyQuery the representation of one of its queries, whose fingerprint and shape all share
 * @param limit size of the largest record that a candidate may cause downstream
 */
record TaskNeeds(TargetTask task, QueryRepresentation anyQuery, RecordLimit limit) {
  /**
   * Requires that the task can use a representation.
   *
   * @throws InvalidRecordException when its fingerprint or its shape differs from that of the
   *     queries, when its candidate would not fit into one record together with its scores, or when
   *     a vector is all zero, not finite or too long
   */
  void require(Arrival arrival) {
    requireComparable(arrival.representation());
    requireFitting(arrival);
    arrival.vectors();
  }

  /** Whether {@link #require} has nothing against a representation. */
  boolean areMetBy(Arrival arrival) {
    try {
      require(arrival);
      return true;
    } catch (InvalidRecordException e) {
      return false;
    }
  }

  private void requireComparable(Representation representation) {
    String id = representation.getCandidate().getId();
    if (!representation.getFingerprint().equals(anyQuery.getFingerprint())) {
      throw new InvalidRecordException(
          "representation of candidate '%s' has fingerprint %s, but the queries of task '%s' have %s: give workers that compute vectors differently another representation id"
              .formatted(
                  id,
                  representation.getFingerprint(),
                  task.getTaskId(),
                  anyQuery.getFingerprint()));
    }
    int checkpoints = anyQuery.getCheckpointWeights().size();
    if (representation.getDimension() != anyQuery.getDimension()
        || representation.getCheckpoints() != checkpoints) {
      throw new InvalidRecordException(
          "representation of candidate '%s' has shape [%d, %d], but the queries of task '%s' have [%d, %d]"
              .formatted(
                  id,
                  representation.getCheckpoints(),
                  representation.getDimension(),
                  task.getTaskId(),
                  checkpoints,
                  anyQuery.getDimension()));
    }
  }

  private void requireFitting(Arrival arrival) {
    int count = task.getQueries().size();
    long size = OutputSize.ofLargest(arrival.candidate(), count);
    if (size > limit.bytes()) {
      throw new InvalidRecordException(
          "candidate '%s' takes up to %d bytes with its scores for the %d queries of task '%s', more than record.max.bytes (%d)"
              .formatted(arrival.candidateId(), size, count, task.getTaskId(), limit.bytes()));
    }
  }
}
