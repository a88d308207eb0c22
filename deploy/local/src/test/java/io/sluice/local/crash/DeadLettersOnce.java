package io.sluice.local.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Every record that cannot be read has become exactly one dead letter. */
final class DeadLettersOnce implements Guarantee {
  @Override
  public void check(Evidence evidence) {
    List<Inputs.Place> places =
        evidence.outputs().deadLetters().stream().map(DeadLettersOnce::place).toList();
    assertThat(places).doesNotHaveDuplicates().containsAll(evidence.inputs().unreadable());
  }

  private static Inputs.Place place(ConsumerRecord<byte[], byte[]> letter) {
    return new Inputs.Place(
        new TopicPartition(
            header(letter, "sluice.topic"), Integer.parseInt(header(letter, "sluice.partition"))),
        Long.parseLong(header(letter, "sluice.offset")));
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}
