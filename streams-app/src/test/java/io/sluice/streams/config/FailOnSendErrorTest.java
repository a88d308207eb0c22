package io.sluice.streams.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.junit.jupiter.api.Test;

class FailOnSendErrorTest {
  @Test
  void givenATimeoutOfTheProducer_whenHandled_thenTheThreadFailsInsteadOfOneTask() {
    ProductionExceptionHandler handler = new FailOnSendError();

    assertThat(handler.handleError(null, null, new TimeoutException("no metadata")).result())
        .isEqualTo(ProductionExceptionHandler.Result.FAIL);
  }

  @Test
  void givenAnyConfiguration_whenKafkaStreamsIsStarted_thenThisHandlerIsUsed() {
    StreamsAppConfig config =
        new StreamsAppConfig(
            Map.of(
                "bootstrap.servers",
                "localhost:9092",
                "schema.registry.url",
                "mock://FailOnSendErrorTest"));

    assertThat(config.kafkaStreams())
        .containsEntry(
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailOnSendError.class);
  }
}
