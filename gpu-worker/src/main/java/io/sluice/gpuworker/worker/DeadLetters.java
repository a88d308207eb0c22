package io.sluice.gpuworker.worker;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Makes dead letters: the original key, value and headers, byte for byte, and headers that say why
 * and where it was.
 */
final class DeadLetters {
  /** Why it is here, for people. */
  static final String REASON = "sluice.reason";

  /** The topic it was in. */
  static final String TOPIC = "sluice.topic";

  /** The partition it was in, in decimal. */
  static final String PARTITION = "sluice.partition";

  /** Its offset there, in decimal. */
  static final String OFFSET = "sluice.offset";

  /** The part of Sluice that could not use it. */
  static final String STAGE = "sluice.stage";

  private static final String REPRESENT = "represent";
  private static final int MAX_REASON = 1000;

  private final String topic;

  /**
   * Makes dead letters for a topic.
   *
   * @param topic the topic of the dead letters
   */
  DeadLetters(String topic) {
    this.topic = topic;
  }

  ProducerRecord<byte[], byte[]> letter(ConsumerRecord<byte[], byte[]> source, String reason) {
    return new ProducerRecord<>(topic, null, source.key(), source.value(), headers(source, reason));
  }

  /** A letter for a record so large that it does not fit: it says where the original is. */
  ProducerRecord<byte[], byte[]> letterWithoutValue(
      ConsumerRecord<byte[], byte[]> source, String reason) {
    String longer =
        reason
            + "; the value of "
            + (source.value() == null ? 0 : source.value().length)
            + " bytes does not fit into this topic and is left out";
    return new ProducerRecord<>(topic, null, source.key(), null, headers(source, longer));
  }

  private static Headers headers(ConsumerRecord<byte[], byte[]> source, String reason) {
    Headers headers = new RecordHeaders(source.headers());
    String shown = reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "...";
    put(headers, REASON, shown);
    put(headers, TOPIC, source.topic());
    put(headers, PARTITION, Integer.toString(source.partition()));
    put(headers, OFFSET, Long.toString(source.offset()));
    put(headers, STAGE, REPRESENT);
    return headers;
  }

  /** A letter that was put back and failed again carries the headers of its last failure only. */
  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
