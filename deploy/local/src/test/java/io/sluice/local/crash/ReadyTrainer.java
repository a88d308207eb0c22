package io.sluice.local.crash;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A trainer that immediately reports every job as finished, so that further jobs can fire. When it
 * is started again, it reports all of them again.
 */
public final class ReadyTrainer implements AutoCloseable {
  private static final String PATIENCE_MILLIS = "600000";

  private final Topics topics = Topics.withDefaultPrefix();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> work;

  ReadyTrainer(Connection connection) {
    work =
        CompletableFuture.runAsync(
            () -> train(connection), task -> new Thread(task, "trainer").start());
  }

  /**
   * Runs a trainer as a process of its own until it is killed.
   *
   * @param args the file for {@code --config}
   */
  public static void main(String[] args) throws IOException {
    try (ReadyTrainer trainer = new ReadyTrainer(Connection.read(Path.of(args[0])))) {
      trainer.work.join();
    }
  }

  private void train(Connection connection) {
    AvroSerdes avro = connection.serdes();
    try (KafkaConsumer<String, FineTuneJob> jobs =
            new KafkaConsumer<>(
                connection.client(
                    Map.of(
                        "isolation.level",
                        "read_committed",
                        "default.api.timeout.ms",
                        PATIENCE_MILLIS)),
                Serdes.String().deserializer(),
                avro.<FineTuneJob>value().deserializer());
        KafkaProducer<String, FineTuneResult> results =
            new KafkaProducer<>(
                connection.client(
                    Map.of(
                        "delivery.timeout.ms", PATIENCE_MILLIS, "max.block.ms", PATIENCE_MILLIS)),
                Serdes.String().serializer(),
                avro.<FineTuneResult>value().serializer())) {
      List<TopicPartition> partitions =
          jobs.partitionsFor(topics.fineTuneJobs()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      jobs.assign(partitions);
      jobs.seekToBeginning(partitions);
      Set<String> trained = new HashSet<>();
      while (!stopping.get()) {
        for (ConsumerRecord<String, FineTuneJob> record : jobs.poll(Duration.ofMillis(200))) {
          if (record.value().getState() == JobState.OPEN && trained.add(record.key())) {
            results.send(
                new ProducerRecord<>(
                    topics.fineTuneResults(), record.key(), finished(record.value())));
          }
        }
      }
    }
  }

  private static FineTuneResult finished(FineTuneJob job) {
    return FineTuneResult.newBuilder()
        .setJobId(job.getJobId())
        .setTaskId(job.getTaskId())
        .setState(FineTuneState.FINISHED)
        .build();
  }

  /** Fails when the trainer's thread has ended. */
  void requireAlive() {
    if (work.isDone()) {
      work.join();
    }
  }

  @Override
  public void close() {
    stopping.set(true);
    work.join();
  }
}
