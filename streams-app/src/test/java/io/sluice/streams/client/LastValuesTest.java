package io.sluice.streams.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.serde.RecordKeys;
import io.sluice.streams.Examples;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What commands read of a topic into which anyone may have written. */
class LastValuesTest {
  private static final String TOPIC = "topic";
  private static final byte[] TEXT_THAT_IS_NOT_UTF8 = {(byte) 0xff, (byte) 0xfe};

  private final AvroSerdes avro = AvroSerdes.forRegistry("mock://LastValuesTest");
  private final LastValues<SelectedKey, SelectedInstruction> selected =
      new LastValues<>(
          RecordKeys.required(avro.key(SelectedKey.class)),
          avro.value(SelectedInstruction.class),
          (key, value) -> key.getCandidateId().equals(value.getCandidateId()));
  private final LastValues<String, TargetTask> tasks =
      new LastValues<>(
          RecordKeys.text(),
          avro.value(TargetTask.class),
          (key, task) -> key.equals(task.getTaskId()));

  @Test
  void givenSeveralValuesOfAKey_whenRead_thenTheLastOneStays() {
    selected.accept(record(key(new SelectedKey("t", "a")), value(selected("a", 0.1f))));
    selected.accept(record(key(new SelectedKey("t", "b")), value(selected("b", 0.2f))));
    selected.accept(record(key(new SelectedKey("t", "a")), value(selected("a", 0.3f))));
    selected.accept(record(key(new SelectedKey("t", "b")), null));

    assertThat(selected.byKey().values()).containsExactly(selected("a", 0.3f));
  }

  @Test
  void givenKeysOrValuesOfAnotherType_whenRead_thenTheyAreSkipped() {
    byte[] key = key(new SelectedKey("t", "a"));
    selected.accept(record(key, value(selected("a", 0.1f))));
    selected.accept(record(key, value(new SelectedKey("t", "a"))));
    selected.accept(record(key(selected("a", 0.2f)), value(selected("a", 0.2f))));
    selected.accept(record(key, bytes("not avro")));
    selected.accept(record(bytes("not avro"), value(selected("a", 0.2f))));
    selected.accept(record(null, value(selected("a", 0.2f))));

    assertThat(selected.byKey().values()).containsExactly(selected("a", 0.1f));
  }

  @Test
  void givenAValueUnderTheKeyOfAnother_whenRead_thenItIsSkipped() {
    TargetTask task = Examples.task("t", 1, 1, 5);
    tasks.accept(record(bytes("t"), value(task)));
    tasks.accept(record(bytes("s"), value(task)));
    tasks.accept(record(TEXT_THAT_IS_NOT_UTF8, value(task)));
    tasks.accept(record(TEXT_THAT_IS_NOT_UTF8, null));

    assertThat(tasks.byKey()).containsOnlyKeys("t");
  }

  private static SelectedInstruction selected(String id, float score) {
    return SelectedInstruction.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setCandidateId(id)
        .setTier(5)
        .setBestQuery(0)
        .setScore(score)
        .setScores(List.of(score))
        .setMessages(List.of(Messages.of("assistant", id)))
        .build();
  }

  private byte[] key(SpecificRecord key) {
    return avro.key().serializer().serialize(TOPIC, key);
  }

  private byte[] value(SpecificRecord value) {
    return avro.value().serializer().serialize(TOPIC, value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
    return new ConsumerRecord<>(TOPIC, 0, 0, key, value);
  }
}
