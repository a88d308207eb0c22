package io.sluice.streams.topology;

import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.validation.TargetTaskRules;
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
   * Checks a query representation; a tombstone is always fine.
   *
   * @throws InvalidRecordException when key, shape and bytes do not fit together
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
    int checkpoints = query.getCheckpointWeights().size();
    long bytes = query.getFeatures().remaining();
    if (query.getDimension() < 1
        || checkpoints < 1
        || bytes
            != (long) checkpoints
                * FeatureCodec.rowBytes(FeatureEncoding.FLOAT32, query.getDimension())) {
      throw new InvalidRecordException(
          "query %d of task '%s' has %d feature bytes for shape [%d, %d]"
              .formatted(
                  query.getQueryIndex(),
                  query.getTaskId(),
                  bytes,
                  checkpoints,
                  query.getDimension()));
    }
  }
}
