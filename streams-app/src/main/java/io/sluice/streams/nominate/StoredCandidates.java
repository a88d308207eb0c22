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
 * The stored representations of a shard, some at a time.
 *
 * @param stores where they are
 * @param codec reads them
 */
record StoredCandidates(ShardStores stores, RepresentationCodec codec) {
  private static final Logger log = LoggerFactory.getLogger(StoredCandidates.class);

  /**
   * A step through what is stored.
   *
   * @param unscored candidates that the task has no score row of and can be compared with
   * @param progress of the task once these are scored
   */
  record Step(List<Arrival> unscored, ShardProgress progress) {}

  /**
   * The next step of a task.
   *
   * @param most candidates to look at
   */
  Step next(ShardTask task, int most) {
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
        progress = progress.past(entry.key);
      }
      return new Step(unscored, stored.hasNext() ? progress : progress.atTheEnd());
    }
  }

  /**
   * What came while the task was worked on is scored already, whatever its content was before; what
   * cannot be compared was a dead letter when it came, or has another fingerprint.
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
