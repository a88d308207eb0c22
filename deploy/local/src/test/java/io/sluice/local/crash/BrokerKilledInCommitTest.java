package io.sluice.local.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.process.FreePort;
import io.sluice.local.process.RestartableProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests the assumption on which exactness rests: a broker that is killed between the two phases of
 * a commit completes the commit when it is started again. Brokers 4.3.0, 4.3.1 and 4.4.0 do not
 * (KAFKA-20734): they skip partitions that have no leader at that moment, and readers of these
 * partitions then wait for ever.
 */
@Tag("broker")
class BrokerKilledInCommitTest {
  private static final String TOPIC = "committed";
  private static final int PARTITIONS = 20;
  private static final int PRODUCERS = 8;
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(60);

  @Test
  void givenCommitsInProgress_whenTheBrokerIsKilledAndStartedAgain_thenNoTransactionHangs()
      throws Exception {
    Path folder = Path.of("target", "broker-killed-in-commit").toAbsolutePath();
    Utils.delete(folder.toFile());
    int port = FreePort.next();
    try (RestartableProcess broker =
            new RestartableProcess(
                "broker",
                folder,
                BrokerProcess.class,
                List.of(folder.resolve("data").toString(), Integer.toString(port)));
        Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
      broker.start();
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
      for (int kill = 0; kill < 2; kill++) {
        killWhileCommitting(broker, port);
        broker.start();
        assertThat(unfinished(admin)).as("partitions with a hanging transaction").isEmpty();
      }
    }
  }

  private static void killWhileCommitting(RestartableProcess broker, int port)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
    for (int i = 0; i < PRODUCERS; i++) {
      String id = "producer-" + i;
      threads.submit(() -> commitUntilInterrupted(id, port));
    }
    Thread.sleep(3_000);
    broker.kill();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void commitUntilInterrupted(String transactionalId, int port) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:" + port,
            "transactional.id",
            transactionalId,
            "transaction.timeout.ms",
            5_000,
            "max.block.ms",
            20_000);
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    try {
      producer.initTransactions();
      while (!Thread.currentThread().isInterrupted()) {
        producer.beginTransaction();
        IntStream.range(0, PARTITIONS)
            .forEach(each -> producer.send(new ProducerRecord<>(TOPIC, each, "k", "v")));
        producer.commitTransaction();
      }
    } catch (KafkaException e) {
      // Expected: the broker was killed.
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  /** Returns the partitions that still cannot be read to their ends after the time limit. */
  private static List<TopicPartition> unfinished(Admin admin)
      throws InterruptedException, ExecutionException {
    Instant deadline = Instant.now().plus(FINISHED_WITHIN);
    List<TopicPartition> unfinished = new ArrayList<>();
    do {
      Thread.sleep(500);
      Map<TopicPartition, Long> ends = ends(admin, IsolationLevel.READ_UNCOMMITTED);
      Map<TopicPartition, Long> readable = ends(admin, IsolationLevel.READ_COMMITTED);
      unfinished.clear();
      ends.forEach(
          (partition, end) -> {
            if (readable.get(partition) < end) {
              unfinished.add(partition);
            }
          });
    } while (!unfinished.isEmpty() && Instant.now().isBefore(deadline));
    return unfinished;
  }

  private static Map<TopicPartition, Long> ends(Admin admin, IsolationLevel isolation)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> latest =
        IntStream.range(0, PARTITIONS)
            .mapToObj(each -> new TopicPartition(TOPIC, each))
            .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> each :
        admin.listOffsets(latest, new ListOffsetsOptions(isolation)).all().get().entrySet()) {
      ends.put(each.getKey(), each.getValue().offset());
    }
    return ends;
  }
}
