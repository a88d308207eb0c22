package io.sluice.streams.client;

import io.sluice.schemas.connection.KafkaAccess;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;

/** Reads all dead letters. Thread-safe; every call reads the topic anew. */
public final class StoredLetters {
  private final KafkaAccess kafka;
  private final PoolProgress progress;

  /** Creates a reader. */
  public StoredLetters(KafkaAccess kafka, PoolProgress progress) {
    this.kafka = kafka;
    this.progress = progress;
  }

  /**
   * Reads every letter that is in the topic when reading begins, those of a partition in the order
   * in which they were written.
   *
   * @param visitor receives those that the filter accepts
   * @throws KafkaException when the topic does not exist, or nothing arrives within the response
   *     timeout
   */
  public void forEach(DeadLetterFilter filter, Consumer<StoredLetter> visitor) {
    String topic = kafka.topics().deadLetters();
    try (PoolProgress.Stage stage =
        progress.begin("Dead letters", TopicSnapshot.mostRecords(kafka, topic))) {
      TopicSnapshot.forEachRecord(
          kafka,
          topic,
          record -> {
            stage.add(1);
            StoredLetter letter = StoredLetter.of(record);
            if (filter.accepts(letter.shown())) {
              visitor.accept(letter);
            }
          });
    }
  }
}
