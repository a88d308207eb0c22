package io.sluice.streams.config;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Ends the stream thread when a record cannot be sent, also when Kafka is only away for longer than
 * the producer waits. A new thread then takes up all tasks from their committed offsets.
 *
 * <p>Kafka's default is to start anew only the task whose record was not sent. The transaction,
 * however, belongs to all tasks of the thread and is aborted with it; the other tasks go on after
 * the records that they have read already, and what they had written of these is lost. With a
 * broker that was away for 90 seconds, the queries of a task never reached the shards.
 *
 * <p>Created by Kafka Streams, by class name; safe for use by several threads.
 */
public final class FailOnSendError implements ProductionExceptionHandler {
  /** Creates the handler, as Kafka Streams does. */
  public FailOnSendError() {}

  @Override
  public void configure(Map<String, ?> configs) {
    // The answer is the same under every configuration.
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
    return Response.fail();
  }
}
