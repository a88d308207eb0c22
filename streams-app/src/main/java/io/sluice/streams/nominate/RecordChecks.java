package io.sluice.streams.nominate;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.CandidateRules;
import io.sluice.streams.deadletter.InvalidRecordException;
import io.sluice.streams.similarity.CandidateVectors;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.List;

/** Rejects records that can be decoded but break the contract, before they are processed. */
final class RecordChecks {
  /** A fingerprint has 64 characters, and a text form at most 80; both go into other records. */
  private static final int MAX_IDENTITY = 256;

  private RecordChecks() {}

  /**
   * Checks a query representation; a tombstone always passes.
   *
   * @throws InvalidRecordException when the key differs from the value, the fingerprint, the text
   *     form or the tokenizer is too long, the number of bytes does not match the shape, a number
   *     is not finite, the vectors are so long that a score might not be, or the query set would be
   *     too large
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
    requireIdentity(query, "fingerprint", query.getFingerprint());
    requireIdentity(query, "text form", query.getTextForm());
    requireIdentity(query, "tokenizer", query.getTokenizer());
    requireFitsInMemory(query);
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
    double length = weightedLength(query);
    if (!Double.isFinite(length)) {
      throw new InvalidRecordException(
          "query %d of task '%s' has a feature or a checkpoint weight that is not finite"
              .formatted(query.getQueryIndex(), query.getTaskId()));
    }
    if (length > CandidateVectors.MAX_NORM) {
      throw new InvalidRecordException(
          "query %d of task '%s' has vectors whose norms, weighted, add up to %.3g: at most %.0e is supported, and workers send vectors of norm 1"
              .formatted(
                  query.getQueryIndex(), query.getTaskId(), length, CandidateVectors.MAX_NORM));
    }
  }

  private static void requireIdentity(QueryRepresentation query, String what, String text) {
    if (text.length() > MAX_IDENTITY) {
      throw new InvalidRecordException(
          "query %d of task '%s' has a %s of %d characters: use at most %d"
              .formatted(
                  query.getQueryIndex(), query.getTaskId(), what, text.length(), MAX_IDENTITY));
    }
  }

  /** Requires that a query set that ends with this query does not exceed the largest matrix. */
  private static void requireFitsInMemory(QueryRepresentation query) {
    int checkpoints = query.getCheckpointWeights().size();
    double values = (query.getQueryIndex() + 1.0) * checkpoints * query.getDimension();
    if (query.getQueryIndex() < 0 || values > QueryMatrix.MOST_VALUES) {
      throw new InvalidRecordException(
          "query %d of task '%s' with shape [%d, %d]: a query index is at least 0, and all queries of a task together have at most %d values; use a lower dimension or fewer queries"
              .formatted(
                  query.getQueryIndex(),
                  query.getTaskId(),
                  checkpoints,
                  query.getDimension(),
                  QueryMatrix.MOST_VALUES));
    }
  }

  /**
   * Checks the status of a task; a tombstone always passes.
   *
   * @throws InvalidRecordException when the key is not the id of the task
   */
  static void status(String key, TaskStatus status) {
    if (status != null && !status.getTaskId().equals(key)) {
      throw new InvalidRecordException("key and value name different target tasks");
    }
  }

  /**
   * Checks a representation of a candidate.
   *
   * @throws InvalidRecordException when the key differs from the value, the candidate breaks a rule
   *     of the contract, or the number of bytes does not match the shape
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
   * Whether a matrix of this shape has exactly this number of bytes.
   *
   * @param bytes number of bytes of the features
   * @param rows number of rows; may be out of range
   * @param dimension number of columns; may be out of range. Each value takes at least one bit, and
   *     checking that first keeps the product below from overflowing
   */
  private static boolean fits(int bytes, FeatureEncoding encoding, int rows, int dimension) {
    return rows >= 1
        && dimension >= 1
        && dimension <= 8L * bytes
        && (long) rows * FeatureCodec.rowBytes(encoding, dimension) == bytes;
  }

  /** The sum of the norms of a query's vectors, each times the size of its checkpoint's weight. */
  private static double weightedLength(QueryRepresentation query) {
    float[] row = new float[query.getDimension()];
    double length = 0;
    for (int c = 0; c < query.getCheckpointWeights().size(); c++) {
      FeatureCodec.decodeRow(FeatureEncoding.FLOAT32, query.getFeatures(), c, row);
      double squaredNorm = 0;
      for (float value : row) {
        squaredNorm += (double) value * value;
      }
      length += Math.sqrt(squaredNorm) * Math.abs(query.getCheckpointWeights().get(c));
    }
    return length;
  }
}
