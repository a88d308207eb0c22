package io.sluice.streams.topology;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.Representation;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.streams.selection.Algorithm;
import io.sluice.streams.selection.Selection;
import io.sluice.streams.selection.Slot;
import io.sluice.streams.selection.Tiers;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.List;

/**
 * A task that one shard works on: its queries, and the shard's own selection, which is a pure
 * function of the score rows that the shard keeps.
 */
final class ShardTask {
  private final TargetTask definition;
  private final QueryRepresentation making;
  private final QueryMatrix queries;
  private Selection<String> selection;
  private long scored;

  /**
   * A task whose queries are all represented.
   *
   * @param represented the representations of all its queries, in query order, of one making
   */
  ShardTask(TargetTask definition, List<QueryRepresentation> represented) {
    this.definition = definition;
    this.making = represented.get(0);
    float[] weights = ScoreRow.unboxed(making.getCheckpointWeights());
    float[][][] vectors = new float[represented.size()][weights.length][making.getDimension()];
    for (int q = 0; q < vectors.length; q++) {
      for (int c = 0; c < weights.length; c++) {
        FeatureCodec.decodeRow(
            FeatureEncoding.FLOAT32, represented.get(q).getFeatures(), c, vectors[q][c]);
      }
    }
    this.queries = new QueryMatrix(vectors, weights);
    this.selection = emptySelection();
  }

  /** Whether representations can be compared: one making, one shape. */
  static boolean ofOneMaking(List<QueryRepresentation> represented) {
    QueryRepresentation first = represented.get(0);
    return represented.stream()
        .allMatch(
            query ->
                query.getFingerprint().equals(first.getFingerprint())
                    && query.getDimension() == first.getDimension()
                    && query.getCheckpointWeights().equals(first.getCheckpointWeights()));
  }

  String id() {
    return definition.getTaskId();
  }

  int revision() {
    return definition.getRevision();
  }

  String representationId() {
    return definition.getRepresentationId();
  }

  TaskKey key(String candidateId) {
    return new TaskKey(id(), revision(), candidateId);
  }

  long scored() {
    return scored;
  }

  boolean holds(String candidateId) {
    return selection.contains(candidateId);
  }

  /**
   * Checks a later representation of one of the queries.
   *
   * @throws InvalidRecordException when it was made otherwise than those in use
   */
  void requireSameMaking(QueryRepresentation query) {
    if (!query.getFingerprint().equals(making.getFingerprint())) {
      throw new InvalidRecordException(
          "queries of task '%s' revision %d are in use with fingerprint %s, not %s: give workers of another making another representation id"
              .formatted(id(), revision(), making.getFingerprint(), query.getFingerprint()));
    }
  }

  /**
   * Scores a candidate.
   *
   * @return the similarity to each query, shape [queries]
   * @throws InvalidRecordException when the vectors cannot be compared with the queries
   */
  float[] score(Representation representation) {
    if (!representation.getFingerprint().equals(making.getFingerprint())) {
      throw new InvalidRecordException(
          "representation of candidate '%s' has fingerprint %s, the queries of task '%s' have %s: one representation id must name one way of making vectors"
              .formatted(
                  representation.getCandidate().getId(),
                  representation.getFingerprint(),
                  id(),
                  making.getFingerprint()));
    }
    if (representation.getDimension() != queries.dimension()
        || representation.getCheckpoints() != queries.checkpoints()) {
      throw new InvalidRecordException(
          "representation of candidate '%s' has shape [%d, %d], the queries of task '%s' have [%d, %d]"
              .formatted(
                  representation.getCandidate().getId(),
                  representation.getCheckpoints(),
                  representation.getDimension(),
                  id(),
                  queries.checkpoints(),
                  queries.dimension()));
    }
    try {
      return queries.score(representation.getEncoding(), representation.getFeatures());
    } catch (IllegalArgumentException e) {
      throw new InvalidRecordException(
          "representation of candidate '%s': %s"
              .formatted(representation.getCandidate().getId(), e.getMessage()));
    }
  }

  /** Takes a new score row; whether the shard's own selection admits the candidate. */
  boolean admit(String candidateId, float[] row) {
    scored++;
    return selection.offer(candidateId, row).admitted();
  }

  /** Forgets everything scored: the rows that remain are then admitted again. */
  void reset() {
    scored = 0;
    selection = emptySelection();
  }

  /** A candidate outside the selection was retracted. */
  void forgetOne() {
    scored--;
  }

  /** Ids of the shard's own selection, in selection order. */
  List<String> selected() {
    return selection.slots().stream().map(Slot::id).toList();
  }

  private Selection<String> emptySelection() {
    return Algorithm.parse(definition.getAlgorithm())
        .emptySelection(definition.getQueries().size(), new Tiers(definition.getBudgets()));
  }
}
