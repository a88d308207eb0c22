package io.sluice.streams.nominate;

import io.sluice.streams.revision.TaskKey;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/** Looks up what the shards of this instance store of single candidates. Thread-safe. */
public final class ShardRows {
  private final KafkaStreams streams;

  /**
   * Creates the queries.
   *
   * @param streams runs the topology that the shards belong to
   */
  public ShardRows(KafkaStreams streams) {
    this.streams = streams;
  }

  /**
   * Finds how a revision of a task judges a candidate.
   *
   * @return empty when no shard of this instance has judged it, or they are being moved: whoever
   *     needs to know more reads the topics
   */
  public Optional<JudgedCandidate> find(String taskId, int revision, String candidateId) {
    try {
      return Optional.ofNullable(
              streams
                  .store(
                      StoreQueryParameters.fromNameAndType(
                          ShardStores.SCORE_ROWS,
                          QueryableStoreTypes.<TaskKey, StoredContent>keyValueStore()))
                  .get(new TaskKey(taskId, revision, candidateId)))
          .map(ShardRows::judged);
    } catch (InvalidStateStoreException e) {
      return Optional.empty();
    }
  }

  private static JudgedCandidate judged(StoredContent stored) {
    if (stored instanceof StoredContent.LeftOut leftOut) {
      return new JudgedCandidate(
          Optional.of(leftOut.reason()), new float[0], "", false, leftOut.offset());
    }
    StoredContent.Scored row = (StoredContent.Scored) stored;
    return new JudgedCandidate(
        Optional.empty(), row.scores(), row.identity(), row.leak(), row.offset());
  }
}
