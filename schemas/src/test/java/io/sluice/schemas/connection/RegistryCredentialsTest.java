package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.serde.RegistryOutage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a registry over HTTP gets to see. */
class RegistryCredentialsTest {
  private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
  private HttpServer registry;

  @BeforeEach
  void start() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          authorizations.add(
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    registry.start();
  }

  @AfterEach
  void stop() {
    registry.stop(0);
  }

  @Test
  void givenUserAndPasswordInTheAddress_whenARecordIsWritten_thenTheRegistryIsSentThem() {
    String address =
        "http://user:p%40ss@127.0.0.1:%d".replace("%d", "" + registry.getAddress().getPort());
    KafkaAccess kafka =
        KafkaAccess.of(
            Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "schema.registry.url", address,
                "max.retries", "0"));

    assertThatThrownBy(
            () ->
                kafka
                    .serdes()
                    .<Candidate>value()
                    .serializer()
                    .serialize("t", new Candidate("c", "s", List.of())))
        .satisfies(failure -> assertThat(RegistryOutage.isCauseOf(failure)).isTrue())
        .hasMessageNotContaining("p@ss");

    assertThat(authorizations)
        .isNotEmpty()
        .containsOnly(
            "Basic "
                + Base64.getEncoder().encodeToString("user:p@ss".getBytes(StandardCharsets.UTF_8)));
    assertThat(kafka.schemaRegistryUrl()).doesNotContain("p%40ss").doesNotContain("user");
    assertThat(kafka.toString()).doesNotContain("p@ss");
  }
}
