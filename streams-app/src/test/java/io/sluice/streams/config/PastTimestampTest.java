package io.sluice.streams.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PastTimestampTest {
  private static final long IN_2020 = 1_577_836_800_000L;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, IN_2020})
  void givenATimeThatHasBeen_whenExtracted_thenItIsKept(long timestamp) {
    assertThat(extract(timestamp)).isEqualTo(timestamp);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 253_402_300_800_000L, Long.MAX_VALUE})
  void givenATimeBefore1970OrInTheFuture_whenExtracted_thenItIsNow(long timestamp) {
    long before = System.currentTimeMillis();

    assertThat(extract(timestamp)).isBetween(before, System.currentTimeMillis());
  }

  @Test
  void givenAnyConfiguration_whenKafkaStreamsIsStarted_thenItExtractsTimestampsThisWay() {
    StreamsAppConfig config =
        new StreamsAppConfig(
            Map.of(
                "bootstrap.servers",
                "localhost:9092",
                "schema.registry.url",
                "mock://PastTimestampTest"));

    assertThat(config.kafkaStreams())
        .containsEntry(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, PastTimestamp.class);
  }

  private static long extract(long timestamp) {
    return new PastTimestamp()
        .extract(
            new ConsumerRecord<>(
                "topic",
                0,
                0,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                new Object(),
                new Object(),
                new RecordHeaders(),
                Optional.empty()),
            5);
  }
}
