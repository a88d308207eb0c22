package io.sluice.streams.watch;

import io.sluice.schemas.deadletter.DeadLetterHeaders;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that could not be used.
 *
 * @param at when it became a dead letter, in milliseconds since 1970 UTC
 * @param partition its partition of the topic of dead letters
 * @param offset its offset there
 * @param stage the service that could not use it: represent, select or train
 * @param reason why
 * @param topic where it comes from
 * @param sourcePartition its partition there; -1 when unknown
 * @param sourceOffset its offset there; -1 when unknown
 * @param key its key; empty when it has none
 * @param value its value; empty when it has none
 */
public record DeadLetter(
    long at,
    int partition,
    long offset,
    String stage,
    String reason,
    String topic,
    int sourcePartition,
    long sourceOffset,
    Optional<SafeText> key,
    Optional<SafeText> value) {
  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final int LONGEST_KIND = 200;

  /** Reads a record of the topic of dead letters, whatever it holds. */
  public static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
    return new DeadLetter(
        record.timestamp(),
        record.partition(),
        record.offset(),
        header(record, DeadLetterHeaders.STAGE),
        header(record, DeadLetterHeaders.REASON),
        header(record, DeadLetterHeaders.TOPIC),
        (int) Math.min(Integer.MAX_VALUE, number(header(record, DeadLetterHeaders.PARTITION))),
        number(header(record, DeadLetterHeaders.OFFSET)),
        Optional.ofNullable(record.key()).map(SafeText::of),
        Optional.ofNullable(record.value()).map(SafeText::of));
  }

  /** The reason without what only this record has, so that equal faults can be counted. */
  public String kind() {
    String kind = NUMBER.matcher(QUOTED.matcher(reason).replaceAll("'…'")).replaceAll("N");
    return kind.length() > LONGEST_KIND ? kind.substring(0, LONGEST_KIND) + "…" : kind;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return DeadLetterHeaders.text(record.headers(), name);
  }

  private static long number(String text) {
    try {
      long number = Long.parseLong(text);
      return number >= 0 ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
