package io.sluice.local.crash;

import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.JobState;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.Topics;
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

/** A trainer that immediately reports every job as finished, so that further jobs can fire. */
final class ReadyTrainer implements AutoCloseable {
  private static final String PATIENCE_MILLIS = "600000";

  private final Topics topics = Topics.withDefaultPrefix();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> work;

  ReadyTrainer(String bootstrapServers, String schemaRegistry) {
    AvroSerdes avro = AvroSerdes.forRegistry(schemaRegistry);
    work =
        CompletableFuture.runAsync(
            () -> train(bootstrapServers, avro), task -> new Thread(task, "trainer").start());
  }

  private void train(String bootstrapServers, AvroSerdes avro) {
    try (KafkaConsumer<String, FineTuneJob> jobs =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers", bootstrapServers,
                    "isolation.level", "read_committed",
                    "default.api.timeout.ms", PATIENCE_MILLIS),
                Serdes.String().deserializer(),
                avro.<FineTuneJob>value().deserializer());
        KafkaProducer<String, FineTuneResult> results =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers", bootstrapServers,
                    "delivery.timeout.ms", PATIENCE_MILLIS,
                    "max.block.ms", PATIENCE_MILLIS),
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
