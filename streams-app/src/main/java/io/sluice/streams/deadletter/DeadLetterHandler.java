package io.sluice.streams.deadletter;

import io.sluice.schemas.deadletter.DeadLetterHeaders;
import io.sluice.schemas.deadletter.DeadLetters;
import io.sluice.schemas.serde.RegistryOutage;
import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SerializationException;
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

  private static final String STAGE = "select";

  private DeadLetters letters = new DeadLetters("", STAGE);
  private RecordLimit limit = RecordLimit.byDefault();

  @Override
  public void configure(Map<String, ?> configs) {
    letters =
        new DeadLetters(
            (String) configs.get(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG), STAGE);
    limit =
        new RecordLimit(
            (Integer)
                configs.get(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG)));
  }

  @Override
  public DeserializationExceptionHandler.Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
    if (RegistryOutage.isCauseOf(exception)) {
      return DeserializationExceptionHandler.Response.fail();
    }
    return DeserializationExceptionHandler.Response.resume(
        List.of(deadLetter(record, "undecodable: " + reason(exception), exception)));
  }

  @Override
  public ProcessingExceptionHandler.Response handleError(
      ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
    if (!(exception instanceof InvalidRecordException)) {
      return ProcessingExceptionHandler.Response.fail();
    }
    return ProcessingExceptionHandler.Response.resume(
        List.of(deadLetter(source(context), exception.getMessage(), exception)));
  }

  /** The record as it came from its topic. What a punctuation works on has come from none. */
  private static ConsumerRecord<byte[], byte[]> source(ErrorHandlerContext context) {
    ConsumerRecord<byte[], byte[]> source =
        new ConsumerRecord<>(
            Objects.requireNonNullElse(context.topic(), ""),
            context.partition(),
            context.offset(),
            context.sourceRawKey(),
            context.sourceRawValue());
    Optional.ofNullable(context.headers())
        .ifPresent(headers -> headers.forEach(source.headers()::add));
    return source;
  }

  private ProducerRecord<byte[], byte[]> deadLetter(
      ConsumerRecord<byte[], byte[]> source, String reason, Exception exception) {
    log.atWarn()
        .addKeyValue("topic", source.topic())
        .addKeyValue("partition", source.partition())
        .addKeyValue("offset", source.offset())
        .addKeyValue("reason", reason)
        .log("Unusable record became a dead letter");
    ProducerRecord<byte[], byte[]> letter = letters.letterWithin(limit, source, reason);
    letter
        .headers()
        .add(
            DeadLetterHeaders.KAFKA_EXCEPTION,
            exception.getClass().getName().getBytes(StandardCharsets.UTF_8));
    return letter;
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
