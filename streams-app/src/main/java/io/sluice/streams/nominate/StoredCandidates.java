package io.sluice.streams.nominate;

import io.sluice.streams.deadletter.InvalidRecordException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the stored representations of a shard that a task has not scored yet, in steps of limited
 * size.
 *
 * @param stores the stores of the shard
 * @param codec decodes the stored representations
 */
record StoredCandidates(ShardStores stores, RepresentationCodec codec) {
  private static final Logger log = LoggerFactory.getLogger(StoredCandidates.class);

  /**
   * The result of one step.
   *
   * @param unscored candidates that can be compared with the task's queries and have no score row
   * @param progress the task's progress once these candidates are scored
   */
  record Step(List<Arrival> unscored, ShardProgress progress) {}

  /**
   * Examines the next stored representations, from where the task's progress says.
   *
   * @param most maximum number of representations to examine
   */
  Step nextStep(ShardTask task, int most) {
    ShardProgress progress = task.progress();
    List<Arrival> unscored = new ArrayList<>();
    try (KeyValueIterator<Bytes, ValueAndTimestamp<byte[]>> stored =
        stores.representationsAfter(progress.passed())) {
      for (int seen = 0; seen < most && stored.hasNext(); seen++) {
        KeyValue<Bytes, ValueAndTimestamp<byte[]>> entry = stored.next();
        codec
            .decodeStored(entry.key, entry.value.value())
            .map(Arrival::new)
            .filter(arrival -> isUnscored(task, arrival))
            .ifPresent(unscored::add);
        progress = progress.withPassed(entry.key);
      }
      return new Step(unscored, stored.hasNext() ? progress : progress.asCaughtUp());
    }
  }

  /**
   * Whether the task has to score a stored candidate. A candidate that arrived while the shard
   * worked on the task already has its score row. A candidate that cannot be compared with the
   * queries is skipped: either it became a dead letter on arrival, or it was represented by workers
   * that compute vectors differently.
   */
  private boolean isUnscored(ShardTask task, Arrival stored) {
    if (!task.representationId().equals(stored.representation().getRepresentationId())
        || stores.row(task.key(stored.candidateId())).isPresent()) {
      return false;
    }
    try {
      task.requireComparable(stored.representation());
      stored.vectors();
      return true;
    } catch (InvalidRecordException e) {
      log.atDebug()
          .addKeyValue("task", task.id())
          .addKeyValue("reason", e.getMessage())
          .log("Stored representation skipped");
      return false;
    }
  }
}
