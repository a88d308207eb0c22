package io.sluice.local.quickstart;

import io.sluice.schemas.Candidate;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.file.CandidateFile;
import io.sluice.schemas.file.CandidateLine;
import io.sluice.schemas.form.FormOptions;
import io.sluice.streams.client.CandidateIngest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** Sends a candidate file to Kafka on a thread that it owns. */
final class Feed implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "feed"));
  private final Future<CandidateIngest.Report> report;
  private volatile long sent;

  /**
   * Starts the thread that sends.
   *
   * @param forms how the candidates are read
   * @param limit how many candidates to send at most
   * @param invalid called on that thread with each line that cannot be used
   */
  Feed(
      KafkaAccess kafka,
      Path file,
      FormOptions forms,
      long limit,
      Consumer<CandidateLine.Invalid> invalid) {
    report = thread.submit(() -> send(kafka, file, forms, limit, invalid));
  }

  /** Returns how many candidates were sent so far. */
  long sent() {
    return sent;
  }

  /** Whether all candidates were sent, or sending failed. */
  boolean isDone() {
    return report.isDone();
  }

  /**
   * Waits until all candidates were sent and returns how many there were.
   *
   * @throws IOException when the file cannot be read or Kafka refuses a record
   */
  CandidateIngest.Report report() throws IOException, InterruptedException {
    try {
      return report.get();
    } catch (ExecutionException e) {
      throw new IOException(
          "the candidates could not all be sent: " + e.getCause().getMessage(), e);
    }
  }

  private CandidateIngest.Report send(
      KafkaAccess kafka,
      Path file,
      FormOptions forms,
      long limit,
      Consumer<CandidateLine.Invalid> invalid)
      throws IOException {
    CandidateIngest.Listener listener =
        new CandidateIngest.Listener() {
          @Override
          public void sent(long count) {
            sent = count;
          }

          @Override
          public void invalid(CandidateLine.Invalid line) {
            invalid.accept(line);
          }
        };
    try (CandidateFile lines = CandidateFile.open(file, forms, "");
        Producer<String, Candidate> producer = kafka.producer(kafka.serdes().value())) {
      CandidateIngest.Report report =
          new CandidateIngest(producer, kafka.topics().candidates(), listener).run(lines, limit);
      if (report.readFailure().isPresent()) {
        throw report.readFailure().get();
      }
      return report;
    }
  }

  /** Interrupts the thread; candidates that were not sent yet are not sent. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
