package io.sluice.streams.client;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What identifies a dead letter, written {@code PARTITION:OFFSET}.
 *
 * @param partition its partition of the topic of dead letters
 * @param offset its offset there
 */
public record DeadLetterId(int partition, long offset) implements Comparable<DeadLetterId> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

  /**
   * Reads the written form.
   *
   * @throws IllegalArgumentException when it is something else; the message says so
   */
  public static DeadLetterId of(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not PARTITION:OFFSET");
    }
    return new DeadLetterId(Integer.parseInt(parts.group(1)), Long.parseLong(parts.group(2)));
  }

  static DeadLetterId of(ConsumerRecord<?, ?> letter) {
    return new DeadLetterId(letter.partition(), letter.offset());
  }

  @Override
  public int compareTo(DeadLetterId other) {
    return Comparator.comparingInt(DeadLetterId::partition)
        .thenComparingLong(DeadLetterId::offset)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return partition + ":" + offset;
  }
}
