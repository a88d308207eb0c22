package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.client.TargetTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients, such as two instances of the streams-app, change one task at the same moment. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ConcurrentPutsTest {
  private static final int CLIENTS = 3;
  private static final int ROUNDS = 5;

  @Test
  void givenClientsThatPutOneTaskAtTheSameMoment_whenAllHavePut_thenEachHasARevisionThatCounts(
      TestKafka kafka) throws InterruptedException {
    kafka.createTopics(new TopicSetup(1, 1));
    KafkaAccess access =
        KafkaAccess.of(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "schema.registry.url", kafka.schemaRegistry(),
                "topic.prefix", kafka.topics().prefix()));
    TargetTask task;
    try (SyntheticStream stream = new SyntheticStream(kafka, 1)) {
      task = stream.define("t", 1, 2, List.of(5));
    }
    List<TargetTasks.Put> puts = new ArrayList<>();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        CountDownLatch ready = new CountDownLatch(CLIENTS);
        int budget = 10 + round * CLIENTS;
        List<CompletableFuture<TargetTasks.Put>> started =
            Stream.iterate(0, client -> client < CLIENTS, client -> client + 1)
                .map(
                    client ->
                        CompletableFuture.supplyAsync(
                            () -> {
                              ready.countDown();
                              await(ready);
                              return new TargetTasks(access)
                                  .put(
                                      TargetTask.newBuilder(task)
                                          .setBudgets(List.of(budget + client))
                                          .build());
                            },
                            clients))
                .toList();
        started.forEach(put -> puts.add(put.join()));
      }
    } finally {
      clients.shutdownNow();
    }

    Map<Integer, TargetTask> counting = firstOfEachRevision(kafka);
    assertThat(puts).hasSize(CLIENTS * ROUNDS).allMatch(TargetTasks.Put::changed);
    assertThat(puts)
        .allSatisfy(
            put -> assertThat(counting.get(put.task().getRevision())).isEqualTo(put.task()));
    assertThat(puts).extracting(put -> put.task().getRevision()).doesNotHaveDuplicates();
    int newest = puts.stream().mapToInt(put -> put.task().getRevision()).max().orElseThrow();
    assertThat(new TargetTasks(access).find("t").orElseThrow().getRevision()).isEqualTo(newest);
  }

  /** For each revision the record that the services use: the first one that is not too old. */
  private static Map<Integer, TargetTask> firstOfEachRevision(TestKafka kafka) {
    Map<Integer, TargetTask> first = new HashMap<>();
    int newest = 0;
    try (TopicClient topics = new TopicClient(kafka.bootstrapServers())) {
      for (Map.Entry<String, Optional<TargetTask>> record :
          topics.readAll(
              kafka.topics().targetTasks(),
              Serdes.String(),
              AvroSerdes.forRegistry(kafka.schemaRegistry()).<TargetTask>value())) {
        TargetTask task = record.getValue().orElseThrow();
        if (task.getRevision() > newest) {
          newest = task.getRevision();
          first.put(newest, task);
        }
      }
    }
    return first;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
