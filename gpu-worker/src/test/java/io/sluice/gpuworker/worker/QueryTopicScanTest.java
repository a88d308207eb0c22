package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.PartitionScan;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class QueryTopicScanTest {
  private static final String TOPIC = "queries";
  private static final int PARTITIONS = 4;

  private final Serde<QueryRepresentationKey> keys =
      AvroSerdes.forRegistry("mock://query-scan").key(QueryRepresentationKey.class);
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final TopicPartition partition =
      new TopicPartition(TOPIC, KeyPartitions.partitionFor("maths", PARTITIONS));
  private final QueryTopicScan scan =
      new QueryTopicScan(new PartitionScan(TOPIC, PARTITIONS, () -> consumer), keys.deserializer());

  @Test
  void givenAPartitionOfSeveralTasks_whenScanned_thenTheKeysOfTheTaskThatHaveAValue() {
    consumer.updateBeginningOffsets(Map.of(partition, 3L));
    consumer.updateEndOffsets(Map.of(partition, 10L));
    consumer.schedulePollTask(
        () -> {
          put(3, "maths", 1, 0, true);
          put(4, "maths", 1, 1, true);
          put(5, "physics", 1, 0, true);
        });
    consumer.schedulePollTask(
        () -> {
          put(6, "maths", 1, 0, false);
          put(7, "maths", 2, 0, true);
          put(8, "maths", 1, 1, true);
          byte[] junk = {1, 2, 3};
          consumer.addRecord(
              new ConsumerRecord<>(TOPIC, partition.partition(), 9, junk, new byte[1]));
        });

    assertThat(scan.of("maths"))
        .containsExactlyInAnyOrder(
            new QueryRepresentationKey("maths", 1, 1), new QueryRepresentationKey("maths", 2, 0));
    assertThat(consumer.closed()).isTrue();
  }

  /** The id of any registered schema can precede the bytes of a foreign key. */
  @Test
  void givenForeignKeys_whenScanned_thenTheyArePassedOver() {
    Serde<SpecificRecord> values = AvroSerdes.forRegistry("mock://query-scan").value();
    byte[] candidate =
        values
            .serializer()
            .serialize(TOPIC, Candidates.of("c", "", List.of(Messages.of("user", "?"))));
    byte[] twoBillionMessages =
        ByteBuffer.allocate(5 + 2 + 1 + 5)
            .put(candidate, 0, 5 + 2 + 1)
            .put(new byte[] {(byte) 0x80, (byte) 0xD0, (byte) 0xAC, (byte) 0xF3, 0x0E})
            .array();
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.updateEndOffsets(Map.of(partition, 4L));
    consumer.schedulePollTask(
        () -> {
          put(0, candidate);
          put(1, twoBillionMessages);
          put(2, Arrays.copyOf(candidate, 6));
          put(3, "maths", 1, 0, true);
        });

    assertThat(scan.of("maths")).containsExactly(new QueryRepresentationKey("maths", 1, 0));
  }

  @Test
  void givenAnEmptyPartition_whenScanned_thenNothing() {
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.updateEndOffsets(Map.of(partition, 0L));

    assertThat(scan.of("maths")).isEmpty();
  }

  @Test
  void givenATopicWithoutReadAccess_whenScanned_thenTheFailureNamesIt() {
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.updateEndOffsets(Map.of(partition, 5L));
    consumer.setPollException(new TopicAuthorizationException("not allowed"));

    assertThatThrownBy(() -> scan.of("maths"))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining(TOPIC);
  }

  private void put(long offset, String task, int revision, int index, boolean valued) {
    byte[] key =
        keys.serializer().serialize(TOPIC, new QueryRepresentationKey(task, revision, index));
    consumer.addRecord(
        new ConsumerRecord<>(
            TOPIC, partition.partition(), offset, key, valued ? new byte[1] : null));
  }

  private void put(long offset, byte[] key) {
    consumer.addRecord(
        new ConsumerRecord<>(TOPIC, partition.partition(), offset, key, new byte[1]));
  }
}
