package io.sluice.streams.deadletter;

import io.sluice.schemas.serde.RegistryOutage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends unusable records with their original bytes to the dead-letter topic and lets the stream
 * continue.
 *
 * <p>A record becomes a dead letter only through a fault of its own: undecodable bytes or an {@link
 * InvalidRecordException}. An unreachable schema registry and any other failure stop the stream
 * thread before it commits, so that no usable record is lost. Created by Kafka Streams, by class
 * name.
 */
public final class DeadLetterHandler
    implements DeserializationExceptionHandler, ProcessingExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterHandler.class);

  /** Candidate ids take at most 1,024 bytes. */
  private static final int MAX_KEPT_KEY_BYTES = 4096;

  private static final int MAX_REASON_CHARACTERS = 1000;

  /** The headers that are added, and Kafka's framing, generously. */
  private static final int FRAME_BYTES = 8192;

  private String deadLetters = "";
  private int maxRecordBytes;

  @Override
  public void configure(Map<String, ?> configs) {
    deadLetters = (String) configs.get(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG);
    maxRecordBytes =
        (Integer) configs.get(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG));
  }

  @Override
  public DeserializationExceptionHandler.Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
    if (RegistryOutage.isCauseOf(exception)) {
      return DeserializationExceptionHandler.Response.fail();
    }
    return DeserializationExceptionHandler.Response.resume(
        List.of(
            deadLetter(
                context, record.key(), record.value(), "undecodable: " + reason(exception))));
  }

  @Override
  public ProcessingExceptionHandler.Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (!(exception instanceof InvalidRecordException)) {
      return ProcessingExceptionHandler.Response.fail();
    }
    return ProcessingExceptionHandler.Response.resume(
        List.of(
            deadLetter(
                context,
                context.sourceRawKey(),
                context.sourceRawValue(),
                exception.getMessage())));
  }

  private ProducerRecord<byte[], byte[]> deadLetter(
      ErrorHandlerContext context, byte[] key, byte[] value, String reason) {
    log.atWarn()
        .addKeyValue("topic", context.topic())
        .addKeyValue("partition", context.partition())
        .addKeyValue("offset", context.offset())
        .addKeyValue("reason", reason)
        .log("Unusable record became a dead letter");
    if ((long) length(key) + length(value) + FRAME_BYTES > maxRecordBytes) {
      String why =
          "%s; the value of %d bytes does not fit into this topic and is left out"
              .formatted(shown(reason), length(value));
      byte[] keptKey = length(key) > MAX_KEPT_KEY_BYTES ? null : key;
      return new ProducerRecord<>(deadLetters, null, keptKey, null, headers(context, why));
    }
    return new ProducerRecord<>(deadLetters, null, key, value, headers(context, shown(reason)));
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** A reason can quote what a record holds, which may be long. */
  private static String shown(String reason) {
    return reason.length() <= MAX_REASON_CHARACTERS
        ? reason
        : reason.substring(0, MAX_REASON_CHARACTERS) + "...";
  }

  private static Headers headers(ErrorHandlerContext context, String reason) {
    Headers headers = new RecordHeaders();
    header(headers, "sluice.stage", "select");
    header(headers, "sluice.reason", reason);
    header(headers, "sluice.topic", context.topic());
    header(headers, "sluice.partition", String.valueOf(context.partition()));
    header(headers, "sluice.offset", String.valueOf(context.offset()));
    return headers;
  }

  private static void header(Headers headers, String name, String value) {
    headers.add(name, String.valueOf(value).getBytes(StandardCharsets.UTF_8));
  }

  /** Sluice's serdes say themselves what is wrong; of other exceptions, the cause says it. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof SerializationException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
