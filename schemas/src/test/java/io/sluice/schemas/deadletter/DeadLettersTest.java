package io.sluice.schemas.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.schemas.topic.RecordLimit;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
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
    assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("too short");
    assertThat(source.headers()).as("the source is not changed").hasSize(1);
  }

  @Test
  void givenALetter_whenItsHeadersAreRead_thenToolsForKafkaFindTheirsToo() {
    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "too short");

    assertThat(header(letter, "__streams.errors.message")).isEqualTo("too short");
    assertThat(header(letter, "__streams.errors.topic")).isEqualTo("candidates");
    assertThat(header(letter, "__streams.errors.partition")).isEqualTo("3");
    assertThat(header(letter, "__streams.errors.offset")).isEqualTo("42");
  }

  @Test
  void givenALetter_whenTheHeadersOfFailuresAreTakenAway_thenThoseOfTheOriginalAreLeftInOrder() {
    source.headers().add("trace", new byte[] {9}).add("other", null).add("trace", new byte[] {8});

    Headers original = DeadLetterHeaders.without(deadLetters.letter(source, "too short").headers());

    assertThat(original.toArray()).isEqualTo(source.headers().toArray());
  }

  @Test
  void givenLettersWithAndWithoutContent_whenAsked_thenTheyTellWhetherTheyAreWhole() {
    ConsumerRecord<byte[], byte[]> retraction =
        new ConsumerRecord<>("candidates", 3, 43, new byte[] {1}, null);
    String longReason = "x".repeat(100_000);

    assertThat(isWhole(deadLetters.letter(source, "too short"))).isTrue();
    assertThat(isWhole(deadLetters.letter(retraction, "the key is not UTF-8 text"))).isTrue();
    assertThat(isWhole(deadLetters.letterWithoutContent(source, longReason))).isFalse();
  }

  @Test
  void givenALetterThatWasPutBackAndFailsAgain_whenLettered_thenItNamesTheLastFailureOnly() {
    source
        .headers()
        .add(DeadLetterHeaders.REASON, "the first time".getBytes(StandardCharsets.UTF_8));

    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "the second time");

    assertThat(letter.headers().headers(DeadLetterHeaders.REASON)).hasSize(1);
    assertThat(header(letter, DeadLetterHeaders.REASON)).isEqualTo("the second time");
  }

  @Test
  void givenARecordThatIsTooLargeToCopy_whenLettered_thenAKeyOfUsualLengthIsKept() {
    source.headers().add("trace", new byte[1 << 20]);

    ProducerRecord<byte[], byte[]> letter = deadLetters.letterWithoutContent(source, "no Avro");

    assertThat(letter.key()).isEqualTo(source.key());
    assertThat(letter.value()).isNull();
    assertThat(letter.headers().lastHeader("trace")).isNull();
    assertThat(header(letter, DeadLetterHeaders.REASON))
        .startsWith("no Avro; the value of 3 bytes and the headers")
        .endsWith("left out");
    assertThat(header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("42");
  }

  @Test
  void givenAKeyAsLargeAsARecord_whenLetteredWithoutContent_thenItIsLeftOutToo() {
    ConsumerRecord<byte[], byte[]> vast = record("k".repeat(1 << 20), new byte[0]);

    assertThat(deadLetters.letterWithoutContent(vast, "no Avro").key()).isNull();
  }

  @Test
  void givenAnOverlongReason_whenLettered_thenItIsCut() {
    ProducerRecord<byte[], byte[]> letter = deadLetters.letter(source, "x".repeat(100_000));

    assertThat(header(letter, DeadLetterHeaders.REASON)).hasSizeLessThan(1_100);
  }

  @Test
  void givenALimit_whenLetteredWithinIt_thenTheContentIsKeptWhereItSurelyFits() {
    RecordLimit limit = RecordLimit.byDefault();

    assertThat(deadLetters.letterWithin(limit, source, "no Avro").value())
        .isEqualTo(source.value());
    source.headers().add("trace", new byte[limit.bytes()]);
    assertThat(deadLetters.letterWithin(limit, source, "no Avro").value()).isNull();
  }

  private static boolean isWhole(ProducerRecord<byte[], byte[]> letter) {
    ConsumerRecord<byte[], byte[]> read =
        new ConsumerRecord<>("dead-letters", 0, 0, letter.key(), letter.value());
    letter.headers().forEach(read.headers()::add);
    return DeadLetters.isWhole(read);
  }

  private static ConsumerRecord<byte[], byte[]> record(String key, byte[] value) {
    return new ConsumerRecord<>("candidates", 3, 42, key.getBytes(StandardCharsets.UTF_8), value);
  }

  private static String header(ProducerRecord<?, ?> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
