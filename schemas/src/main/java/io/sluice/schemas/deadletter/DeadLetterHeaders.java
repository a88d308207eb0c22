package io.sluice.schemas.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers that a dead letter has in addition to those of the original record: Sluice's own, and
 * beside them those of Kafka Streams (KIP-1034), by which tools for Kafka recognise dead letters.
 *
 * <p>Records that are no dead letters must not have headers of these names: they would be taken for
 * remains of an earlier failure, and replaced.
 */
public final class DeadLetterHeaders {
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

  /** Kafka's header with the class of the exception; in letters of the streams-app only. */
  public static final String KAFKA_EXCEPTION = "__streams.errors.exception";

  private static final String KAFKA_STACK_TRACE = "__streams.errors.stacktrace";
  private static final String KAFKA_MESSAGE = "__streams.errors.message";
  private static final String KAFKA_TOPIC = "__streams.errors.topic";
  private static final String KAFKA_PARTITION = "__streams.errors.partition";
  private static final String KAFKA_OFFSET = "__streams.errors.offset";

  private static final Set<String> ALL =
      Set.of(
          REASON,
          TOPIC,
          PARTITION,
          OFFSET,
          STAGE,
          KAFKA_EXCEPTION,
          KAFKA_STACK_TRACE,
          KAFKA_MESSAGE,
          KAFKA_TOPIC,
          KAFKA_PARTITION,
          KAFKA_OFFSET);

  private DeadLetterHeaders() {}

  /**
   * Returns headers that say where a record was, who could not use it, and why, under both sets of
   * names. Headers of these names that an earlier failure has left are replaced.
   *
   * @param original the headers of the record; not changed
   * @param topic where the record was, with its partition and offset there
   */
  static Headers of(
      Headers original, String topic, int partition, long offset, String stage, String reason) {
    Headers headers = without(original);
    put(headers, REASON, reason);
    put(headers, TOPIC, topic);
    put(headers, PARTITION, Integer.toString(partition));
    put(headers, OFFSET, Long.toString(offset));
    put(headers, STAGE, stage);
    put(headers, KAFKA_MESSAGE, reason);
    put(headers, KAFKA_TOPIC, topic);
    put(headers, KAFKA_PARTITION, Integer.toString(partition));
    put(headers, KAFKA_OFFSET, Long.toString(offset));
    return headers;
  }

  /**
   * The headers of the original record.
   *
   * @param headers the headers of a dead letter; not changed
   */
  public static Headers without(Headers headers) {
    Headers original = new RecordHeaders();
    for (Header header : headers) {
      if (!ALL.contains(header.key())) {
        original.add(header);
      }
    }
    return original;
  }

  /** The text of a header; empty when there is none. */
  public static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
