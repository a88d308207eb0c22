package io.sluice.streams.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.TargetTask;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.Examples;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TaskRecordsTest {
  private static final String TOPIC = "target-tasks";

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://TaskRecordsTest");
  private final TaskRecords records = new TaskRecords("t", avro.value(TargetTask.class));
  private long offset;

  @Test
  void givenNoRecord_whenAsked_thenThereIsNoTaskAndTheFirstRevisionIsNext() {
    defined("s", Examples.task("s", 3, 1, 5));
    records.reached(1);

    assertThat(records.current()).isEmpty();
    assertThat(records.nextRevision()).isEqualTo(1);
  }

  @Test
  void givenCompactionMayHaveRemovedTheTask_whenAsked_thenTheNextRevisionIsAboveAllItCanHaveHad() {
    offset = 7;
    defined("s", Examples.task("s", 3, 1, 5));
    records.reached(8);

    assertThat(records.nextRevision()).isEqualTo(8);
  }

  @Test
  void givenTwoRecordsOfOneRevision_whenRead_thenTheFirstCounts() {
    TargetTask first = Examples.task("t", 2, 1, 5);
    defined("t", Examples.task("t", 1, 1, 5));
    defined("t", first);
    defined("t", Examples.task("s", 3, 1, 5));
    defined("t", Examples.task("t", 2, 1, 6));
    defined("t", Examples.task("t", 1, 1, 7));

    assertThat(records.current()).contains(first);
    assertThat(records.nextRevision()).isEqualTo(3);
  }

  @Test
  void givenATaskThatWasRemoved_whenRead_thenTheNextRevisionIsAboveAllOldOnes() {
    defined("t", Examples.task("t", 1, 1, 5));
    defined("s", Examples.task("s", 1, 1, 5));
    defined("t", Examples.task("t", 2, 1, 5));
    records.accept(new ConsumerRecord<>(TOPIC, 0, offset++, bytes("t"), null));

    assertThat(records.current()).isEmpty();
    assertThat(records.nextRevision()).isEqualTo(4);
    TargetTask again = Examples.task("t", 4, 1, 5);
    defined("t", again);
    assertThat(records.current()).contains(again);
  }

  private void defined(String key, TargetTask task) {
    records.accept(
        new ConsumerRecord<>(
            TOPIC,
            0,
            offset++,
            bytes(key),
            avro.<TargetTask>value().serializer().serialize(TOPIC, task)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
