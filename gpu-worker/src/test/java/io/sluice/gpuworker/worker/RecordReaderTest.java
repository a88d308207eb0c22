package io.sluice.gpuworker.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.worker.RecordReader.Unreadable;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The registry's response decides whether a record is unreadable or the registry is out of order.
 */
class RecordReaderTest {
  private static final ConsumerRecord<byte[], byte[]> OF_SCHEMA_SEVEN =
      Inputs.record("candidates", 0, 0, "a", new byte[] {0, 0, 0, 0, 7, 2, 65});

  private HttpServer registry;
  private int status;

  @BeforeEach
  void startRegistry() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          byte[] body =
              "{\"error_code\": %d, \"message\": \"no\"}"
                  .formatted(status * 100 + 3)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    registry.start();
  }

  @AfterEach
  void stopRegistry() {
    registry.stop(0);
  }

  @Test
  void givenARegistryThatDoesNotKnowTheSchema_whenRead_thenTheRecordIsUnreadable() {
    status = 404;

    assertThat(reader().read(OF_SCHEMA_SEVEN))
        .isInstanceOfSatisfying(
            Unreadable.class, unreadable -> assertThat(unreadable.reason()).contains("schema 7"));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500, 503})
  void givenARegistryThatFails_whenRead_thenTheWorkerFailsAndNotTheRecord(int httpStatus) {
    status = httpStatus;

    assertThatThrownBy(() -> reader().read(OF_SCHEMA_SEVEN))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("schema.registry.url");
  }

  @Test
  void givenNoRegistry_whenRead_thenTheWorkerFailsAndNotTheRecord() {
    RecordReader<Candidate> reader = reader();
    registry.stop(0);

    assertThatThrownBy(() -> reader.read(OF_SCHEMA_SEVEN))
        .isInstanceOf(ServiceFailure.class)
        .hasMessageContaining("schema.registry.url");
  }

  private RecordReader<Candidate> reader() {
    String url = "http://127.0.0.1:" + registry.getAddress().getPort();
    return new RecordReader<>(
        Candidate.class, new AvroSerdes(Map.of("schema.registry.url", url, "max.retries", "0")));
  }
}
