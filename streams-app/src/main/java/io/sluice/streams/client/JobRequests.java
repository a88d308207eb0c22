package io.sluice.streams.client;

import io.sluice.schemas.CancelJob;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FireJob;
import io.sluice.schemas.JobRequest;
import io.sluice.schemas.JobState;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.deadletter.DeadLetterHeaders;
import io.sluice.schemas.topic.KeyPartitions;
import io.sluice.schemas.validation.JobRequestRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Requests the selection of a task to fire or cancel a job, and waits for the outcome: a record in
 * fine-tune-jobs, or the request itself in dead-letters.
 */
public final class JobRequests {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaAccess kafka;

  /** Creates a client; every request opens its own producer and consumer. */
  public JobRequests(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Requests a job for the current subset.
   *
   * @param timeout how long to wait for the outcome
   * @throws IllegalArgumentException when the request is not valid; nothing is written then
   */
  public Outcome fire(String taskId, int budget, Duration timeout) {
    String requestId = UUID.randomUUID().toString();
    return request(
        new JobRequest(requestId, taskId, new FireJob(budget)),
        job -> job.getRequestId().equals(requestId),
        timeout);
  }

  /**
   * Requests to cancel a job.
   *
   * @param timeout how long to wait for the outcome
   * @throws IllegalArgumentException when there is no such job
   */
  public Outcome cancel(String jobId, Duration timeout) {
    FineTuneJob found = new FineTuneJobs(kafka).find(jobId);
    return request(
        new JobRequest(UUID.randomUUID().toString(), found.getTaskId(), new CancelJob(jobId)),
        job -> job.getJobId().equals(jobId) && job.getState() == JobState.CANCELLED,
        timeout);
  }

  private Outcome request(JobRequest request, Predicate<FineTuneJob> done, Duration timeout) {
    List<String> problems = JobRequestRules.problems(request);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    try (Consumer<byte[], byte[]> outcomes =
        kafka.consumer(Serdes.ByteArray(), Serdes.ByteArray())) {
      listen(outcomes, request.getTaskId());
      RecordMetadata sent = send(request);
      long deadline = System.nanoTime() + timeout.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : outcomes.poll(POLL)) {
          Optional<Outcome> outcome = outcome(record, sent, done);
          if (outcome.isPresent()) {
            return outcome.get();
          }
        }
      }
      return new Outcome.Unanswered();
    }
  }

  /**
   * Positions the consumer at the current end of the partitions in which an outcome can appear:
   * that of the task's jobs, and all of dead-letters. The request must be sent after this.
   */
  private void listen(Consumer<?, ?> outcomes, String taskId) {
    String jobs = kafka.topics().fineTuneJobs();
    List<TopicPartition> partitions = new ArrayList<>();
    partitions.add(
        new TopicPartition(
            jobs, KeyPartitions.partitionFor(taskId, outcomes.partitionsFor(jobs).size())));
    outcomes
        .partitionsFor(kafka.topics().deadLetters())
        .forEach(each -> partitions.add(new TopicPartition(each.topic(), each.partition())));
    outcomes.assign(partitions);
    outcomes.seekToEnd(partitions);
    partitions.forEach(outcomes::position);
  }

  private RecordMetadata send(JobRequest request) {
    try (Producer<String, JobRequest> producer = kafka.producer(kafka.serdes().value())) {
      return producer
          .send(new ProducerRecord<>(kafka.topics().jobRequests(), request.getTaskId(), request))
          .get();
    } catch (ExecutionException e) {
      throw new KafkaException("the request was not written: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Optional<Outcome> outcome(
      ConsumerRecord<byte[], byte[]> record, RecordMetadata sent, Predicate<FineTuneJob> done) {
    if (record.topic().equals(kafka.topics().deadLetters())) {
      boolean ours =
          header(record, DeadLetterHeaders.TOPIC).equals(sent.topic())
              && header(record, DeadLetterHeaders.PARTITION)
                  .equals(Integer.toString(sent.partition()))
              && header(record, DeadLetterHeaders.OFFSET).equals(Long.toString(sent.offset()));
      return ours
          ? Optional.of(new Outcome.Refused(header(record, DeadLetterHeaders.REASON)))
          : Optional.empty();
    }
    return job(record).filter(done).map(Outcome.Done::new);
  }

  /** Decodes a job; empty for a record that is not a job, which cannot be the outcome either. */
  private Optional<FineTuneJob> job(ConsumerRecord<byte[], byte[]> record) {
    Deserializer<FineTuneJob> jobs = kafka.serdes().value(FineTuneJob.class).deserializer();
    try {
      return Optional.ofNullable(jobs.deserialize(record.topic(), record.value()));
    } catch (SerializationException e) {
      return Optional.empty();
    }
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return DeadLetterHeaders.text(record.headers(), name);
  }

  /** The outcome of a request. */
  public sealed interface Outcome {
    /**
     * Calls the one argument that is for this kind of outcome.
     *
     * @param done for {@link Done}, with the job
     * @param refused for {@link Refused}, with the reason
     * @param unanswered for {@link Unanswered}
     * @return what it returns
     */
    <T> T match(Function<FineTuneJob, T> done, Function<String, T> refused, Supplier<T> unanswered);

    /** The request was carried out; {@code job} is the new state of the job. */
    record Done(FineTuneJob job) implements Outcome {
      @Override
      public <T> T match(
          Function<FineTuneJob, T> done, Function<String, T> refused, Supplier<T> unanswered) {
        return done.apply(job);
      }
    }

    /** The request was refused, for a reason that is written for people. */
    record Refused(String reason) implements Outcome {
      @Override
      public <T> T match(
          Function<FineTuneJob, T> done, Function<String, T> refused, Supplier<T> unanswered) {
        return refused.apply(reason);
      }
    }

    /**
     * No streams-app has responded in time. The request remains in its topic, and is carried out
     * when a streams-app runs.
     */
    record Unanswered() implements Outcome {
      @Override
      public <T> T match(
          Function<FineTuneJob, T> done, Function<String, T> refused, Supplier<T> unanswered) {
        return unanswered.get();
      }
    }
  }
}
