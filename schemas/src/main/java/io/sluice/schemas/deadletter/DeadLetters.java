package io.sluice.schemas.deadletter;

import io.sluice.schemas.topic.RecordLimit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Creates dead letters: the key, value and headers of the original record, byte for byte, and the
 * {@link DeadLetterHeaders}.
 *
 * <p>Immutable, and safe for use by several threads.
 */
public final class DeadLetters {
  private static final int MAX_REASON_CHARACTERS = 1000;

  /** Candidate ids take at most 1,024 bytes. */
  private static final int MAX_KEPT_KEY_BYTES = 4096;

  /** The headers that are added, in which the reason is twice, and Kafka's framing, generously. */
  private static final int FRAME_BYTES = 12_288;

  /** How the reason of a letter ends that lacks the content of the original. */
  private static final String LEFT_OUT = "left out";

  private final String topic;
  private final String stage;

  /**
   * Creates dead letters for a topic.
   *
   * @param topic the topic of the dead letters
   * @param stage the value of the header {@link DeadLetterHeaders#STAGE}
   */
  public DeadLetters(String topic, String stage) {
    this.topic = topic;
    this.stage = stage;
  }

  /** A letter with the content of the original if that surely fits, and without it otherwise. */
  public ProducerRecord<byte[], byte[]> letterWithin(
      RecordLimit limit, ConsumerRecord<byte[], byte[]> source, String reason) {
    long bytes = (long) FRAME_BYTES + length(source.key()) + length(source.value());
    for (Header header : source.headers()) {
      // A character takes at most three bytes.
      bytes += 3L * header.key().length() + length(header.value());
    }
    return bytes <= limit.bytes() ? letter(source, reason) : letterWithoutContent(source, reason);
  }

  /** A letter with the content of the original. */
  public ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> source, String reason) {
    return new ProducerRecord<>(
        topic, null, source.key(), source.value(), headers(source, source.headers(), cut(reason)));
  }

  /**
   * A letter for a record that is too large to be copied. It holds the reason and the place of the
   * original, and of the original only a key of usual length: key, value and headers can each be as
   * large as a record.
   */
  public ProducerRecord<byte[], byte[]> letterWithoutContent(
      ConsumerRecord<byte[], byte[]> source, String reason) {
    byte[] key = source.key();
    byte[] keptKey = length(key) > MAX_KEPT_KEY_BYTES ? null : key;
    String longer =
        cut(reason)
            + "; the value of "
            + length(source.value())
            + " bytes and the headers do not fit into this topic and are "
            + LEFT_OUT;
    return new ProducerRecord<>(
        topic, null, keptKey, null, headers(source, new RecordHeaders(), longer));
  }

  /** Whether a letter holds the whole original, and not only its reason and place. */
  public static boolean isWhole(ConsumerRecord<byte[], byte[]> letter) {
    return letter.value() != null
        || !DeadLetterHeaders.text(letter.headers(), DeadLetterHeaders.REASON).endsWith(LEFT_OUT);
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** A reason can quote what a record holds, which may be long. */
  private static String cut(String reason) {
    return reason.length() <= MAX_REASON_CHARACTERS
        ? reason
        : reason.substring(0, MAX_REASON_CHARACTERS) + "...";
  }

  private Headers headers(ConsumerRecord<byte[], byte[]> source, Headers original, String reason) {
    return DeadLetterHeaders.of(
        original, source.topic(), source.partition(), source.offset(), stage, reason);
  }
}
