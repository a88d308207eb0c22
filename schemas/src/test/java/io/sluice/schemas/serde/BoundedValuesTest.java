package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.schemas.topic.RecordLimit;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Test;

class BoundedValuesTest {
  private final Deserializer<byte[]> values =
      BoundedValues.of(Serdes.ByteArray(), RecordLimit.byDefault()).deserializer();

  @Test
  void givenAValueThatFits_whenRead_thenItComesBack() {
    byte[] value = new byte[1_000_000];

    assertThat(values.deserialize("t", new RecordHeaders(), value)).isSameAs(value);
    assertThat(values.deserialize("t", new RecordHeaders(), (byte[]) null)).isNull();
  }

  @Test
  void givenAValueThatWasCompressedWell_whenRead_thenItsSizeAndTheLimitAreNamed() {
    assertThatThrownBy(() -> values.deserialize("t", new RecordHeaders(), new byte[5_000_000]))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("5000000 bytes")
        .hasMessageContaining("record.max.bytes (1048576)");
  }

  @Test
  void givenTheLargestValue_whenRead_thenItComesBackAndOneMoreByteDoesNot() {
    int most = BoundedValues.maxBytes(RecordLimit.byDefault());

    assertThat(values.deserialize("t", new RecordHeaders(), new byte[most])).hasSize(most);
    assertThatThrownBy(() -> values.deserialize("t", new RecordHeaders(), new byte[most + 1]))
        .isInstanceOf(SerializationException.class);
  }

  @Test
  void givenLargeHeaders_whenRead_thenTheyCount() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("trace", new byte[1 << 20]);

    assertThatThrownBy(() -> values.deserialize("t", headers, new byte[1]))
        .isInstanceOf(SerializationException.class);
  }
}
