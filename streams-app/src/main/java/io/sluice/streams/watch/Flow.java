package io.sluice.streams.watch;

import java.util.Optional;

/**
 * How many records the topics have had since they exist, by their offsets: repeats and retractions
 * count, and so do the ends of transactions, which take an offset too. Differences over time are
 * rates. Each is empty while it is not known.
 *
 * @param candidates records of candidates
 * @param represented records of representations
 * @param scored records of representations that the streams-app has processed and committed
 * @param deadLetters dead letters
 */
public record Flow(
    Optional<Long> candidates,
    Optional<Long> represented,
    Optional<Long> scored,
    Optional<Long> deadLetters) {
  /** What is known when Kafka does not answer. */
  static final Flow UNKNOWN =
      new Flow(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
