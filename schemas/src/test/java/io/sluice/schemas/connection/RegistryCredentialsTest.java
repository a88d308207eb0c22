package io.sluice.schemas.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.serde.RegistryOutage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  static Stream<Arguments> credentials() {
    return Stream.of(
        Arguments.of("http://user:p%40ss@HOST", Map.of(), basic("user:p@ss")),
        Arguments.of(
            "http://HOST",
            Map.of(
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "user:p@ss"),
            basic("user:p@ss")),
        Arguments.of(
            "HTTP://HOST",
            Map.of(
                "basic.auth.credentials.source",
                "SASL_INHERIT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"user\" password=\"p@ss\";"),
            basic("user:p@ss")),
        Arguments.of(
            "http://HOST",
            Map.of("bearer.auth.credentials.source", "STATIC_TOKEN", "bearer.auth.token", "p@ss"),
            "Bearer p@ss"));
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void givenCredentials_whenARecordIsWritten_thenTheRegistryIsSentThemAndNobodyElse(
      String address, Map<String, String> credentials, String expected) {
    String host = "127.0.0.1:" + registry.getAddress().getPort();
    Map<String, String> settings = new HashMap<>(credentials);
    settings.put("bootstrap.servers", "127.0.0.1:1");
    settings.put("schema.registry.url", address.replace("HOST", host));
    settings.put("max.retries", "0");
    KafkaAccess kafka = KafkaAccess.of(settings);
    Serializer<Candidate> serializer = kafka.serdes().<Candidate>value().serializer();

    assertThatThrownBy(() -> serializer.serialize("t", Candidates.of("c", "s", List.of())))
        .satisfies(failure -> assertThat(RegistryOutage.isCauseOf(failure)).isTrue())
        .hasMessageNotContaining("p@ss");

    assertThat(authorizations).isNotEmpty().containsOnly(expected);
    assertThat(kafka.schemaRegistryUrl()).isEqualTo("http://" + host);
  }

  private static String basic(String userInfo) {
    return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }
}
