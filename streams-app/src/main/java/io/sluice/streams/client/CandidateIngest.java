package io.sluice.streams.client;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.file.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends the lines of one candidate file to topic candidates.
 *
 * <p>A line that cannot be used is reported to the listener, and the following lines are still
 * sent; only a failure of Kafka or the registry ends the ingest.
 */
public final class CandidateIngest {
  private final Producer<String, Candidate> producer;
  private final String topic;
  private final Listener listener;
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private long sent;
  private long invalid;

  /**
   * Creates the ingest of one file.
   *
   * @param producer sends the candidates; the caller closes it
   * @param topic name of topic candidates
   * @param listener is notified of every line
   */
  public CandidateIngest(Producer<String, Candidate> producer, String topic, Listener listener) {
    this.producer = producer;
    this.topic = topic;
    this.listener = listener;
  }

  /**
   * Sends the candidates, and waits until Kafka has acknowledged them.
   *
   * @param lines the lines of the file; an {@link UncheckedIOException} that they throw ends the
   *     ingest and is part of the report
   * @param limit maximum number of candidates to send
   * @return the counts of the lines that were read, also when the file cannot be read to its end
   * @throws KafkaException when a record cannot be written for another reason than its size
   */
  public Report run(Iterator<CandidateLine> lines, long limit) {
    Optional<IOException> readFailure = Optional.empty();
    try {
      while (sent < limit && lines.hasNext()) {
        lines.next().match(this::send, this::reject);
        handleFailures();
      }
    } catch (UncheckedIOException e) {
      readFailure = Optional.of(e.getCause());
    }
    producer.flush();
    handleFailures();
    return new Report(sent, invalid, readFailure);
  }

  private void send(CandidateLine.Valid line) {
    Candidate candidate = line.candidate();
    producer.send(
        new ProducerRecord<>(topic, candidate.getId(), candidate),
        (metadata, failure) -> {
          if (failure != null) {
            failures.add(new Failure(line.place(), candidate.getId(), failure));
          }
        });
    sent++;
    listener.sent(sent);
  }

  private void reject(CandidateLine.Invalid line) {
    invalid++;
    listener.invalid(line);
  }

  /** The producer's thread only queues failures; they are handled on the thread of the caller. */
  private void handleFailures() {
    for (Failure failure = failures.poll(); failure != null; failure = failures.poll()) {
      if (!(failure.cause instanceof RecordTooLargeException)) {
        throw new KafkaException(
            failure.place + " was not written: " + failure.cause.getMessage(), failure.cause);
      }
      sent--;
      reject(
          new CandidateLine.Invalid(
              failure.place,
              failure.id,
              "larger than record.max.bytes: " + failure.cause.getMessage(),
              ""));
    }
  }

  private record Failure(Place place, String id, Exception cause) {}

  /**
   * The counts of an ingest.
   *
   * @param sent candidates that Kafka has acknowledged
   * @param invalid lines that could not be used
   * @param readFailure why the file could not be read to its end; empty when it was
   */
  public record Report(long sent, long invalid, Optional<IOException> readFailure) {}

  /** Is notified of every line, on the thread that calls {@link #run}. */
  public interface Listener {
    /**
     * A candidate was handed to the producer.
     *
     * @param count candidates sent so far, including this one
     */
    void sent(long count);

    /** A line cannot be used, or its candidate is larger than {@code record.max.bytes}. */
    void invalid(CandidateLine.Invalid line);
  }
}
