package io.sluice.gpuworker.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionFlowTest {
  private static final TopicPartition KEPT = new TopicPartition("t", 0);
  private static final TopicPartition LOST = new TopicPartition("t", 1);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

  @Test
  void givenAPartitionThatIsLost_whenPausedAndResumed_thenTheOthersAre() {
    consumer.assign(List.of(KEPT));

    PartitionFlow.pause(consumer, List.of(LOST, KEPT));
    assertThat(consumer.paused()).containsExactly(KEPT);

    PartitionFlow.resume(consumer, List.of(LOST, KEPT));
    assertThat(consumer.paused()).isEmpty();
  }
}
