package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sluice.schemas.SelectedKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry refuses the first requests and answers those after them. */
class RegistryPatienceTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final SelectedKey KEY = new SelectedKey("t", "c-1");

  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer registry;
  private int refused;
  private int status = 503;

  @BeforeEach
  void startRegistry() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          boolean answers = requests.incrementAndGet() > refused;
          byte[] body =
              (answers
                      ? "{\"id\": 7, \"schema\": %s}".formatted(quoted(KEY.getSchema().toString()))
                      : "{\"error_code\": %d, \"message\": \"no\"}".formatted(status))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answers ? 200 : status, body.length);
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
  void givenAnOutageThatEnds_whenARecordIsWritten_thenItIsWrittenAfterIt() {
    refused = 3;

    byte[] written = serdes(LONG).<SelectedKey>key().serializer().serialize("selected", KEY);

    assertThat(written).startsWith(0, 0, 0, 0, 7);
    assertThat(requests).hasValue(4);
  }

  @Test
  void givenAnOutageThatEnds_whenARecordIsRead_thenItIsReadAfterIt() {
    byte[] written = serdes(LONG).<SelectedKey>key().serializer().serialize("selected", KEY);
    refused = requests.get() + 3;

    SelectedKey read =
        serdes(LONG).key(SelectedKey.class).deserializer().deserialize("selected", written);

    assertThat(read).isEqualTo(KEY);
    assertThat(requests).hasValueGreaterThan(refused);
  }

  @Test
  void givenAnOutageThatOutlastsTheLimit_whenARecordIsWritten_thenTheOutageIsTheCause() {
    refused = Integer.MAX_VALUE;

    assertThatThrownBy(() -> write(Duration.ofMillis(300)))
        .isInstanceOf(KafkaException.class)
        .satisfies(failure -> assertThat(RegistryOutage.isCauseOf(failure)).isTrue());
    assertThat(requests).hasValueGreaterThan(1);
  }

  @Test
  void givenARefusalThatIsNoOutage_whenARecordIsWritten_thenNothingIsRepeated() {
    refused = Integer.MAX_VALUE;
    status = 409;

    assertThatThrownBy(() -> write(LONG)).isInstanceOf(SerializationException.class);
    assertThat(requests).hasValue(1);
  }

  @Test
  void givenNoPatience_whenTheRegistryDoesNotRespond_thenNothingIsRepeated() {
    refused = Integer.MAX_VALUE;

    assertThatThrownBy(() -> write(Duration.ZERO)).isInstanceOf(KafkaException.class);
    assertThat(requests).hasValue(1);
  }

  @Test
  void givenAnOutage_whenTheThreadIsInterrupted_thenItWaitsNoLonger() {
    refused = Integer.MAX_VALUE;
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> write(LONG)).isInstanceOf(InterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private void write(Duration patience) {
    serdes(patience).<SelectedKey>key().serializer().serialize("selected", KEY);
  }

  private AvroSerdes serdes(Duration patience) {
    String url = "http://127.0.0.1:" + registry.getAddress().getPort();
    return new AvroSerdes(Map.of("schema.registry.url", url, "max.retries", 0), patience);
  }

  private static String quoted(String json) {
    return '"' + json.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
