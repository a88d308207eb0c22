package io.sluice.streams.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.serde.RecordKeys;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

/** What a dead letter says of a record that cannot be decoded. */
class DeadLetterReasonTest {
  @Test
  void givenAKeyThatIsNotText_whenItsReasonIsGiven_thenItIsOneThatANewcomerUnderstands() {
    assertThatThrownBy(
            () -> RecordKeys.text().deserializer().deserialize("t", new byte[] {(byte) 0xff}))
        .satisfies(
            thrown ->
                assertThat(DeadLetterHandler.reason(new StreamsException("in task 0_0", thrown)))
                    .isEqualTo("the key is not UTF-8 text"));
  }

  @Test
  void givenOtherExceptions_whenTheirReasonIsGiven_thenItIsThatOfTheCause() {
    assertThat(
            DeadLetterHandler.reason(
                new StreamsException("outer", new IllegalStateException("inner"))))
        .isEqualTo("inner");
    assertThat(DeadLetterHandler.reason(new ArrayIndexOutOfBoundsException()))
        .isEqualTo("ArrayIndexOutOfBoundsException");
    assertThat(DeadLetterHandler.reason(new SerializationException("own", new Exception("root"))))
        .isEqualTo("own");
  }
}
