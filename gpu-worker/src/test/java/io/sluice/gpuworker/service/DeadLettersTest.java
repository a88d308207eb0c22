package io.sluice.gpuworker.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private final DeadLetters deadLetters = new DeadLetters("dead-letters", "represent");
  private final ConsumerRecord<byte[], byte[]> source = record("a", new byte[] {1, 2, 3});

  @Test
  void givenARecordWithHeaders_whenItBecomesALetter_thenItKeepsThemAndItsBytes() {
    source.headers().add("trace", new byte[] {9});

    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "too short");

    assertThat(letter.topic()).isEqualTo("dead-letters");
    assertThat(letter.key()).isEqualTo(source.key());
    assertThat(letter.value()).isEqualTo(source.value());
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(9);
    assertThat(header(letter, DeadLetters.REASON)).isEqualTo("too short");
    assertThat(source.headers()).as("the source is not changed").hasSize(1);
  }

  @Test
  void givenALetterThatWasPutBackAndFailsAgain_whenLettered_thenItNamesTheLastFailureOnly() {
    source.headers().add(DeadLetters.REASON, "the first time".getBytes(StandardCharsets.UTF_8));

    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "the second time");

    assertThat(letter.headers().headers(DeadLetters.REASON)).hasSize(1);
    assertThat(header(letter, DeadLetters.REASON)).isEqualTo("the second time");
  }

  @Test
  void givenARecordThatIsTooLargeToCopy_whenLettered_thenAKeyOfUsualLengthIsKept() {
    source.headers().add("trace", new byte[1 << 20]);

    ProducerRecord<byte[], byte[]> letter = deadLetters.letterWithoutContent(source, "no Avro");

    assertThat(letter.key()).isEqualTo(source.key());
    assertThat(letter.value()).isNull();
    assertThat(letter.headers().lastHeader("trace")).isNull();
    assertThat(header(letter, DeadLetters.REASON))
        .startsWith("no Avro; the value of 3 bytes and the headers")
        .endsWith("left out");
    assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("42");
  }

  @Test
  void givenAKeyAsLargeAsARecord_whenLetteredWithoutContent_thenItIsLeftOutToo() {
    ConsumerRecord<byte[], byte[]> vast = record("k".repeat(1 << 20), new byte[0]);

    assertThat(deadLetters.letterWithoutContent(vast, "no Avro").key()).isNull();
  }

  @Test
  void givenAnOverlongReason_whenLettered_thenItIsCut() {
    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "x".repeat(100_000));

    assertThat(header(letter, DeadLetters.REASON)).hasSizeLessThan(1_100);
  }

  @Test
  void givenALimit_whenLetteredWithinIt_thenTheContentIsKeptWhereItSurelyFits() {
    RecordLimit limit = RecordLimit.byDefault();

    assertThat(deadLetters.letterWithin(limit, source, "no Avro").value())
        .isEqualTo(source.value());
    source.headers().add("trace", new byte[limit.bytes()]);
    assertThat(deadLetters.letterWithin(limit, source, "no Avro").value()).isNull();
  }

  private static ConsumerRecord<byte[], byte[]> record(String key, byte[] value) {
    return new ConsumerRecord<>("candidates", 3, 42, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private static String header(ProducerRecord<?, ?> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
