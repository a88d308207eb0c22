package io.sluice.gpuworker.worker;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What is to become of one record of the input. */
sealed interface Verdict {
  /** The record of the input. */
  ConsumerRecord<byte[], byte[]> source();

  /**
   * It gives records of the output.
   *
   * @param source the record of the input
   * @param records what to publish, in order; may be empty
   * @param meaning what publishing them amounts to
   * @param tokens tokens of the examples represented
   */
  record Publish(
      ConsumerRecord<byte[], byte[]> source,
      List<ProducerRecord<byte[], byte[]>> records,
      Meaning meaning,
      long tokens)
      implements Verdict {
    /** The records that are no retractions. */
    int representations() {
      return (int) records.stream().filter(record -> record.value() != null).count();
    }
  }

  /**
   * It is unusable: a dead letter.
   *
   * @param source the record of the input
   * @param fault why, in one word
   * @param reason why, for people
   */
  record Reject(ConsumerRecord<byte[], byte[]> source, Fault fault, String reason)
      implements Verdict {}

  /** What published records amount to. */
  enum Meaning {
    /** A candidate is represented. */
    REPRESENTED,
    /** A candidate is retracted. */
    RETRACTED,
    /** All queries of a task's revision are represented. */
    TASK_REPRESENTED,
    /** A task is gone or is not this deployment's: at most its old queries are retracted. */
    TASK_PASSED
  }
}
