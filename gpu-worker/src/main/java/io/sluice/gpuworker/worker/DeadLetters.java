package io.sluice.gpuworker.worker;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Creates dead letters: the key, value and headers of the original record, byte for byte, and
 * additional headers with the reason and the record's position.
 */
final class DeadLetters {
  /** Header with the reason, for people. */
  static final String REASON = "sluice.reason";

  /** Header with the original topic. */
  static final String TOPIC = "sluice.topic";

  /** Header with the original partition, in decimal. */
  static final String PARTITION = "sluice.partition";

  /** Header with the original offset, in decimal. */
  static final String OFFSET = "sluice.offset";

  /** Header with the part of Sluice that could not use the record. */
  static final String STAGE = "sluice.stage";

  private static final String REPRESENT = "represent";
  private static final int MAX_REASON_CHARACTERS = 1000;

  /** Candidate ids take at most 1,024 bytes. */
  private static final int MAX_KEPT_KEY_BYTES = 4096;

  private final String topic;

  /**
   * Creates dead letters for a topic.
   *
   * @param topic the topic of the dead letters
   */
  DeadLetters(String topic) {
    this.topic = topic;
  }

  ProducerRecord<byte[], byte[]> letter(ConsumerRecord<byte[], byte[]> source, String reason) {
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
  ProducerRecord<byte[], byte[]> letterWithoutContent(
      ConsumerRecord<byte[], byte[]> source, String reason) {
    byte[] key = source.key();
    byte[] keptKey = key == null || key.length > MAX_KEPT_KEY_BYTES ? null : key;
    String longer =
        reason
            + "; the value of "
            + (source.value() == null ? 0 : source.value().length)
            + " bytes and the headers do not fit into this topic and are left out";
    return new ProducerRecord<>(
        topic, null, keptKey, null, headers(source, longer, new RecordHeaders()));
  }

  private static Headers headers(
      ConsumerRecord<byte[], byte[]> source, String reason, Headers headers) {
    String shown =
        reason.length() <= MAX_REASON_CHARACTERS
            ? reason
            : reason.substring(0, MAX_REASON_CHARACTERS) + "...";
    put(headers, REASON, shown);
    put(headers, TOPIC, source.topic());
    put(headers, PARTITION, Integer.toString(source.partition()));
    put(headers, OFFSET, Long.toString(source.offset()));
    put(headers, STAGE, REPRESENT);
    return headers;
  }

  /** A record that was put back and failed again carries the headers of its last failure only. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
