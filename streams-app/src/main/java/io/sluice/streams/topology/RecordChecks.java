package io.sluice.streams.topology;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.JobRequestRules;
import io.sluice.schemas.validation.TargetTaskRules;
import io.sluice.streams.similarity.QueryMatrix;
import java.util.List;

/** Refuses records that decode but break the contract, before anything is done with them. */
final class RecordChecks {
  private RecordChecks() {}

  /**
   * Checks a target task; a tombstone is always fine.
   *
   * @throws InvalidRecordException naming every problem
   */
  static void targetTask(String key, TargetTask task) {
    if (task == null) {
      return;
    }
    List<String> problems = TargetTaskRules.problems(task);
    if (!problems.isEmpty()) {
      throw new InvalidRecordException("target task: " + String.join("; ", problems));
    }
    if (!task.getTaskId().equals(key)) {
      throw new InvalidRecordException("key and value name different target tasks");
    }
  }

  /**
   * Checks what somebody asks about jobs; a request that is null asks nothing.
   *
   * @throws InvalidRecordException when key and value do not fit together or the request has no
   *     proper id
   */
  static void jobRequest(String key, JobRequest request) {
    if (request == null) {
      return;
    }
    if (!request.getTaskId().equals(key)) {
      throw new InvalidRecordException("key and value name different target tasks");
    }
    List<String> problems = JobRequestRules.problems(request);
    if (!problems.isEmpty()) {
      throw new InvalidRecordException("job request: " + String.join("; ", problems));
    }
  }

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
   * Whether a matrix of this shape takes just so many bytes.
   *
   * @param bytes of features
   * @param rows any number, also one that is no number of rows
   * @param dimension any number; each value takes a bit at least, which also keeps the product from
   *     overflowing
   */
  static boolean fits(int bytes, FeatureEncoding encoding, int rows, int dimension) {
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
