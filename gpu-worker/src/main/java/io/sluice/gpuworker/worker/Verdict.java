package io.sluice.gpuworker.worker;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The decision on one record of the input. */
sealed interface Verdict {
  /** The record of the input. */
  ConsumerRecord<byte[], byte[]> source();

  /** The records to publish, in order; may be empty. */
  List<ProducerRecord<byte[], byte[]>> records();

  /** Calls the one of these that takes this kind of verdict. */
  void match(Consumer<Publish> publish, Consumer<Reject> reject);

  /**
   * The record leads to records of the output.
   *
   * @param source the record of the input
   * @param records to publish, in order; may be empty
   * @param meaning what is achieved once they are published
   * @param tokens tokens of the examples represented
   */
  record Publish(
      ConsumerRecord<byte[], byte[]> source,
      List<ProducerRecord<byte[], byte[]>> records,
      Meaning meaning,
      long tokens)
      implements Verdict {
    /** The number of records that are not retractions. */
    int representations() {
      return (int) records.stream().filter(record -> record.value() != null).count();
    }

    /**
     * What to publish if Kafka refuses the records because of themselves. The representation of a
     * candidate's earlier content is retracted, since only the last content counts. The queries of
     * a task's earlier revision stay, as the task keeps its subset until a later one is complete.
     */
    List<ProducerRecord<byte[], byte[]>> whenRefused() {
      return meaning == Meaning.REPRESENTED
          ? records.stream().map(Publish::retraction).toList()
          : List.of();
    }

    private static ProducerRecord<byte[], byte[]> retraction(
        ProducerRecord<byte[], byte[]> record) {
      return new ProducerRecord<>(record.topic(), record.partition(), record.key(), null);
    }

    @Override
    public void match(Consumer<Publish> publish, Consumer<Reject> reject) {
      publish.accept(this);
    }
  }

  /**
   * The record is unusable and becomes a dead letter.
   *
   * @param source the record of the input
   * @param records that retract what an earlier record of the same key has led to; may be empty
   * @param fault the kind of reason
   * @param reason the reason, for people
   */
  record Reject(
      ConsumerRecord<byte[], byte[]> source,
      List<ProducerRecord<byte[], byte[]>> records,
      Fault fault,
      String reason)
      implements Verdict {
    /** A rejection that retracts nothing. */
    Reject(ConsumerRecord<byte[], byte[]> source, Fault fault, String reason) {
      this(source, List.of(), fault, reason);
    }

    @Override
    public void match(Consumer<Publish> publish, Consumer<Reject> reject) {
      reject.accept(this);
    }
  }

  /** What is achieved once the records of a verdict are published. */
  enum Meaning {
    /** A candidate is represented. */
    REPRESENTED,
    /** A candidate is retracted. */
    RETRACTED,
    /** All queries of a task's revision are represented. */
    TASK_REPRESENTED,
    /** A task was deleted or has another representation: at most its old queries are retracted. */
    TASK_PASSED
  }
}
