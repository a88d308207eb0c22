package io.sluice.gpuworker.worker;

import static io.sluice.gpuworker.worker.Inputs.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskTopicScanTest {
  private static final int PARTITIONS = 4;

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://task-scan");
  private final Inputs inputs = new Inputs(serdes);
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final TopicPartition partition =
      new TopicPartition(TOPICS.targetTasks(), KeyPartitions.partitionFor("maths", PARTITIONS));
  private final TaskTopicScan scan =
      new TaskTopicScan(
          new PartitionScan(TOPICS.targetTasks(), PARTITIONS, () -> consumer),
          new RecordReader<>(TargetTask.class, serdes));

  @BeforeEach
  void beginAtZero() {
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
  }

  @Test
  void givenATaskThatWasPutAgainTwice_whenScanned_thenTheLowestRevisionAfterItsRemoval() {
    consumer.updateEndOffsets(Map.of(partition, 7L));
    consumer.schedulePollTask(
        () -> {
          put(0, "maths", task("maths", 3));
          put(1, "maths", null);
          put(2, "physics", task("physics", 1));
          put(3, "maths", Inputs.GARBAGE);
          put(4, "maths", task("physics", 2));
          put(5, "maths", task("maths", 5));
          put(6, "maths", task("maths", 6));
        });

    assertThat(scan.after("maths", 1)).hasValue(5);
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void givenATaskThatIsStillRemoved_whenScanned_thenEmpty() {
    consumer.updateEndOffsets(Map.of(partition, 3L));
    consumer.schedulePollTask(
        () -> {
          put(0, "maths", task("maths", 3));
          put(1, "maths", null);
          put(2, "physics", task("physics", 1));
        });

    assertThat(scan.after("maths", 1)).isEmpty();
  }

  @Test
  void givenATopicWithoutReadAccess_whenScanned_thenTheFailureNamesIt() {
    consumer.updateEndOffsets(Map.of(partition, 5L));
    consumer.setPollException(new TopicAuthorizationException("not allowed"));

    assertThatThrownBy(() -> scan.after("maths", 1))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining(TOPICS.targetTasks());
  }

  private byte[] task(String id, int revision) {
    return inputs.encoded(TOPICS.targetTasks(), Inputs.task(id, revision, "One."));
  }

  private void put(long offset, String key, byte[] value) {
    consumer.addRecord(
        new ConsumerRecord<>(
            TOPICS.targetTasks(),
            partition.partition(),
            offset,
            key.getBytes(StandardCharsets.UTF_8),
            value));
  }
}
