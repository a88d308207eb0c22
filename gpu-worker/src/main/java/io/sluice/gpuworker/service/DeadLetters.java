package io.sluice.gpuworker.service;

import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Creates dead letters: the key, value and headers of the original record, byte for byte, and
 * additional headers with the reason and the record's position.
 *
 * <p>Immutable, and safe for use by several threads.
 */
public final class DeadLetters {
  /** Header with the reason, for people. */
  public static final String REASON = "sluice.reason";

  /** Header with the original topic. */
  public static final String TOPIC = "sluice.topic";

  /** Header with the original partition, in decimal. */
  public static final String PARTITION = "sluice.partition";

  /** Header with the original offset, in decimal. */
  public static final String OFFSET = "sluice.offset";

  /** Header with the part of Sluice that could not use the record. */
  public static final String STAGE = "sluice.stage";

  private static final int MAX_REASON_CHARACTERS = 1000;

  /** Candidate ids take at most 1,024 bytes. */
  private static final int MAX_KEPT_KEY_BYTES = 4096;

  /** The headers that are added, and Kafka's framing, generously. */
  private static final int FRAME_BYTES = 8192;

  private final String topic;
  private final String stage;

  /**
   * Creates dead letters for a topic.
   *
   * @param topic the topic of the dead letters
   * @param stage the value of the header {@link #STAGE}
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
        topic,
        null,
        source.key(),
        source.value(),
        headers(source, reason, new RecordHeaders(source.headers())));
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
        reason
            + "; the value of "
            + length(source.value())
            + " bytes and the headers do not fit into this topic and are left out";
    return new ProducerRecord<>(
        topic, null, keptKey, null, headers(source, longer, new RecordHeaders()));
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private Headers headers(ConsumerRecord<byte[], byte[]> source, String reason, Headers headers) {
    String shown =
        reason.length() <= MAX_REASON_CHARACTERS
            ? reason
            : reason.substring(0, MAX_REASON_CHARACTERS) + "...";
    put(headers, REASON, shown);
    put(headers, TOPIC, source.topic());
    put(headers, PARTITION, Integer.toString(source.partition()));
    put(headers, OFFSET, Long.toString(source.offset()));
    put(headers, STAGE, stage);
    return headers;
  }

  /** A record that was put back and failed again carries the headers of its last failure only. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
