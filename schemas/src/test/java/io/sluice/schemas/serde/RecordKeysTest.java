package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Test;

class RecordKeysTest {
  private final Serde<String> text = RecordKeys.text();

  @Test
  void givenTextOfAnyScript_whenWrittenAndRead_thenItComesBack() {
    String id = "Grüße-世界-🌊";

    assertThat(text.deserializer().deserialize("t", text.serializer().serialize("t", id)))
        .isEqualTo(id);
  }

  @Test
  void givenNoKey_whenRead_thenItIsRefused() {
    for (Serde<?> serde : new Serde<?>[] {text, RecordKeys.required(Serdes.Bytes())}) {
      assertThatThrownBy(() -> serde.deserializer().deserialize("t", null))
          .isInstanceOf(SerializationException.class)
          .hasMessage("the record has no key");
    }
  }

  @Test
  void givenAKeyThatIsTooLong_whenRead_thenItIsRefused() {
    assertThatThrownBy(() -> text.deserializer().deserialize("t", new byte[5000]))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("5000 bytes");
  }

  @Test
  void givenAKeyInAnotherEncoding_whenRead_thenItIsRefused() {
    assertThatThrownBy(
            () -> text.deserializer().deserialize("t", new byte[] {'a', (byte) 0xE4, 'b'}))
        .isInstanceOf(SerializationException.class)
        .hasMessage("the key is not UTF-8 text");
  }
}
