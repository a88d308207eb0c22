package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.client.TargetTasks;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The numbers of a task's revisions never come again, because what belongs to an old revision may
 * still be stored or on its way.
 */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class RevisionNumbersTest {
  private static final String TASK = "t";

  private TestKafka broker;
  private TargetTasks tasks;
  private TopicClient topics;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    broker = kafka;
    kafka.createTopics(new TopicSetup(1, 1));
    topics = new TopicClient(kafka.bootstrapServers());
    tasks =
        new TargetTasks(
            KafkaAccess.of(
                Map.of(
                    "bootstrap.servers", kafka.bootstrapServers(),
                    "schema.registry.url", kafka.schemaRegistry(),
                    "topic.prefix", kafka.topics().prefix())));
  }

  @AfterEach
  void closeClient() {
    topics.close();
  }

  @Test
  void givenNewTasks_whenPut_thenEachBeginsWithRevisionOne() {
    assertThat(revision(TASK, 5)).isEqualTo(1);
    assertThat(revision("another", 5)).isEqualTo(1);
    assertThat(revision(TASK, 5)).as("an equal task").isEqualTo(1);
    assertThat(revision(TASK, 6)).isEqualTo(2);
  }

  @Test
  void givenARemovedTask_whenPutAgain_thenItsRevisionIsHigherThanAllBefore() {
    revision(TASK, 5);
    revision(TASK, 6);
    tasks.remove(TASK);

    assertThat(revision(TASK, 5)).isGreaterThan(2);
  }

  @Test
  @Timeout(600)
  void givenATaskThatCompactionHasForgotten_whenPutAgain_thenItsRevisionIsHigherThanAllBefore()
      throws Exception {
    revision(TASK, 5);
    revision(TASK, 6);
    tasks.remove(TASK);
    broker.compactAllTheTime(broker.topics().targetTasks(), Map.of("delete.retention.ms", "0"));
    for (int budget = 5; hasRecords(TASK); budget++) {
      revision("another", budget);
    }

    assertThat(revision(TASK, 5)).isGreaterThan(2);
  }

  private int revision(String task, int budget) {
    Query query = Queries.of("q", List.of(Messages.of("user", "u"), Messages.of("assistant", "a")));
    return tasks
        .put(
            TargetTask.newBuilder()
                .setTaskId(task)
                .setRevision(1)
                .setBudgets(List.of(budget))
                .setQueries(List.of(query))
                .build())
        .task()
        .getRevision();
  }

  private boolean hasRecords(String task) {
    byte[] key = task.getBytes(StandardCharsets.UTF_8);
    return topics
        .readAll(broker.topics().targetTasks(), Serdes.ByteArray(), Serdes.ByteArray())
        .stream()
        .anyMatch(record -> Arrays.equals(record.getKey(), key));
  }
}
