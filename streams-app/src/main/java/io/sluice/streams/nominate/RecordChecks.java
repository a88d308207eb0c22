package io.sluice.streams.nominate;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.CandidateRules;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.List;

/** Refuses records that decode but break the contract, before anything is done with them. */
final class RecordChecks {
  private RecordChecks() {}

  /**
   * Checks a query representation; a tombstone is always fine.
   *
   * @throws InvalidRecordException when key, shape and bytes do not fit together, or the query set
   *     would be too large
   */
  static void query(QueryRepresentationKey key, QueryRepresentation query) {
    if (query == null) {
      return;
    }
    if (!key.equals(
        new QueryRepresentationKey(
            query.getTaskId(), query.getRevision(), query.getQueryIndex()))) {
      throw new InvalidRecordException("key and value name different queries");
    }
    requireHeld(query);
    int checkpoints = query.getCheckpointWeights().size();
    int bytes = query.getFeatures().remaining();
    if (!fits(bytes, FeatureEncoding.FLOAT32, checkpoints, query.getDimension())) {
      throw new InvalidRecordException(
          "query %d of task '%s' has %d feature bytes for shape [%d, %d]"
              .formatted(
                  query.getQueryIndex(),
                  query.getTaskId(),
                  bytes,
                  checkpoints,
                  query.getDimension()));
    }
    if (!isFinite(query)) {
      throw new InvalidRecordException(
          "query %d of task '%s' has a feature or a checkpoint weight that is not finite"
              .formatted(query.getQueryIndex(), query.getTaskId()));
    }
  }

  /** Whether a query set that reaches as far as this query can be held in memory. */
  private static void requireHeld(QueryRepresentation query) {
    int checkpoints = query.getCheckpointWeights().size();
    double values = (query.getQueryIndex() + 1.0) * checkpoints * query.getDimension();
    if (query.getQueryIndex() < 0 || values > QueryMatrix.MOST_VALUES) {
      throw new InvalidRecordException(
          "query %d of task '%s' with shape [%d, %d]: queries are counted from 0, and all of a task have at most %d values; take a lower dimension or fewer queries"
              .formatted(
                  query.getQueryIndex(),
                  query.getTaskId(),
                  checkpoints,
                  query.getDimension(),
                  QueryMatrix.MOST_VALUES));
    }
  }

  /**
   * Checks a representation of a candidate.
   *
   * @throws InvalidRecordException when key, shape, bytes and candidate do not fit together
   */
  static void representation(RepresentationKey key, Representation representation) {
    if (!key.getCandidateId().equals(representation.getCandidate().getId())
        || !key.getRepresentationId().equals(representation.getRepresentationId())) {
      throw new InvalidRecordException("key and value of a representation name different examples");
    }
    List<String> problems = CandidateRules.problems(representation.getCandidate());
    if (!problems.isEmpty()) {
      throw new InvalidRecordException(
          "candidate '%s': %s".formatted(key.getCandidateId(), String.join("; ", problems)));
    }
    int dimension = representation.getDimension();
    int checkpoints = representation.getCheckpoints();
    int bytes = representation.getFeatures().remaining();
    if (!fits(bytes, representation.getEncoding(), checkpoints, dimension)) {
      throw new InvalidRecordException(
          "representation of candidate '%s' has %d feature bytes for shape [%d, %d] in %s"
              .formatted(
                  key.getCandidateId(),
                  bytes,
                  checkpoints,
                  dimension,
                  representation.getEncoding()));
    }
  }

  /**
   * Whether a matrix of this shape takes just so many bytes.
   *
   * @param bytes of features
   * @param rows any number, also one that is no number of rows
   * @param dimension any number; each value takes a bit at least, which also keeps the product from
   *     overflowing
   */
  private static boolean fits(int bytes, FeatureEncoding encoding, int rows, int dimension) {
    return rows >= 1
        && dimension >= 1
        && dimension <= 8L * bytes
        && (long) rows * FeatureCodec.rowBytes(encoding, dimension) == bytes;
  }

  private static boolean isFinite(QueryRepresentation query) {
    float[] row = new float[query.getDimension()];
    for (int c = 0; c < query.getCheckpointWeights().size(); c++) {
      FeatureCodec.decodeRow(FeatureEncoding.FLOAT32, query.getFeatures(), c, row);
      for (float value : row) {
        if (!Float.isFinite(value * query.getCheckpointWeights().get(c))) {
          return false;
        }
      }
    }
    return true;
  }
}
