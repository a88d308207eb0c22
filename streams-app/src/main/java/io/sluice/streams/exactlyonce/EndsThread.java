package io.sluice.streams.exactlyonce;

import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.Punctuator;

/**
 * A punctuation that ends the stream thread when it times out. The thread's transaction is then
 * aborted, and the thread that replaces it begins at the committed offsets. Kafka Streams would
 * close the task alone, and commit what it had sent until then together with the other tasks of the
 * thread, with which it shares a transaction.
 *
 * @param work what is done
 */
public record EndsThread(Punctuator work) implements Punctuator {
  @Override
  public void punctuate(long timestamp) {
    try {
      work.punctuate(timestamp);
    } catch (TimeoutException e) {
      throw new StreamsException("Kafka did not answer in time during a punctuation", e);
    }
  }
}
