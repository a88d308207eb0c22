package io.sluice.streams.client;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateLine;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends the lines of a candidate file to topic candidates.
 *
 * <p>A line that cannot be used is reported to the listener and the next one follows; only a
 * failure of Kafka or the registry ends the work.
 */
public final class CandidateIngest {
  private final Producer<String, Candidate> producer;
  private final String topic;
  private final Listener listener;
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private long sent;
  private long invalid;

  /**
   * An ingest of one file.
   *
   * @param producer stays open
   * @param topic where candidates go
   * @param listener is called for every line
   */
  public CandidateIngest(Producer<String, Candidate> producer, String topic, Listener listener) {
    this.producer = producer;
    this.topic = topic;
    this.listener = listener;
  }

  /**
   * Sends everything and waits until the broker has acknowledged it.
   *
   * @param lines the lines of the file
   * @param limit how many valid candidates to send at most
   * @return what became of the lines read
   * @throws KafkaException when a record cannot be written for another reason than its size
   */
  public Report run(Iterator<CandidateLine> lines, long limit) {
    while (sent < limit && lines.hasNext()) {
      lines.next().match(this::send, this::reject);
      handleFailures();
    }
    producer.flush();
    handleFailures();
    return new Report(sent, invalid);
  }

  private void send(CandidateLine.Valid line) {
    Candidate candidate = line.candidate();
    producer.send(
        new ProducerRecord<>(topic, candidate.getId(), candidate),
        (metadata, failure) -> {
          if (failure != null) {
            failures.add(new Failure(line.line(), failure));
          }
        });
    sent++;
    listener.sent(sent);
  }

  private void reject(CandidateLine.Invalid line) {
    invalid++;
    listener.invalid(line);
  }

  /** Acknowledgements come on the producer's thread; they are dealt with on the caller's. */
  private void handleFailures() {
    for (Failure failure = failures.poll(); failure != null; failure = failures.poll()) {
      if (!(failure.cause instanceof RecordTooLargeException)) {
        throw new KafkaException(
            "line " + failure.line + " was not written: " + failure.cause.getMessage(),
            failure.cause);
      }
      sent--;
      reject(
          new CandidateLine.Invalid(
              failure.line, "larger than Kafka accepts: " + failure.cause.getMessage()));
    }
  }

  private record Failure(long line, Exception cause) {}

  /**
   * What became of the lines.
   *
   * @param sent candidates written
   * @param invalid lines that could not be used
   */
  public record Report(long sent, long invalid) {}

  /** Is called for every line, on the thread that ingests. */
  public interface Listener {
    /** So many candidates have been handed to the producer. */
    void sent(long count);

    /** A line that cannot be used. */
    void invalid(CandidateLine.Invalid line);
  }
}
