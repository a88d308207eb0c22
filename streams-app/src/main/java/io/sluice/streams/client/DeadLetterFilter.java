package io.sluice.streams.client;

import io.sluice.streams.watch.DeadLetter;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which dead letters are meant: those that meet all conditions.
 *
 * @param reason a part of the reason, or of what letters of one kind have in common of it
 * @param stage the service that could not use the record
 * @param topic the full name of the topic that the record comes from
 * @param since the letter is not older
 * @param until the letter is older
 * @param letters the letter is one of these; all when empty
 */
public record DeadLetterFilter(
    Optional<String> reason,
    Optional<String> stage,
    Optional<String> topic,
    Optional<Instant> since,
    Optional<Instant> until,
    Set<DeadLetterId> letters) {
  /** All dead letters. */
  public static final DeadLetterFilter ALL =
      new DeadLetterFilter(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Set.of());

  boolean accepts(DeadLetter letter) {
    return reason.map(part -> has(letter, part)).orElse(true)
        && stage.map(letter.stage()::equals).orElse(true)
        && topic.map(letter.topic()::equals).orElse(true)
        && since.map(from -> letter.at() >= from.toEpochMilli()).orElse(true)
        && until.map(to -> letter.at() < to.toEpochMilli()).orElse(true)
        && (letters.isEmpty()
            || letters.contains(new DeadLetterId(letter.partition(), letter.offset())));
  }

  private static boolean has(DeadLetter letter, String part) {
    return letter.reason().contains(part) || letter.kind().contains(part);
  }
}
