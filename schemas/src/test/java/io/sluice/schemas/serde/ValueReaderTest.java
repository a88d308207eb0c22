package io.sluice.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValueReaderTest {
  private static final String TOPIC = "candidates";
  private static final Candidate CANDIDATE =
      Candidates.of(
          "c-1", "poems", List.of(Messages.of("user", "?"), Messages.of("assistant", "!")));

  private final AvroSerdes serdes = AvroSerdes.forRegistry("mock://ValueReaderTest");
  private final ValueReader<Candidate> reader = serdes.valueReader(Candidate.class);

  @Test
  void givenAValueOfTheType_whenRead_thenItComesBack() {
    assertThat(reader.read(TOPIC, bytes(CANDIDATE))).isEqualTo(CANDIDATE);
  }

  @Test
  void givenAValueOfAnotherType_whenRead_thenTheMessageNamesBoth() {
    assertThatThrownBy(() -> reader.read(TOPIC, bytes(new SelectedKey("t", "c-1"))))
        .isInstanceOf(SerializationException.class)
        .hasMessage("the value is a SelectedKey, not a Candidate");
  }

  @Test
  void givenBytesThatAreNoAvro_whenRead_thenTheyAreUnreadable() {
    assertThatThrownBy(() -> reader.read(TOPIC, "{\"a\": 1}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("not Avro");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 5, 6, 9})
  void givenBytesThatEndTooEarly_whenRead_thenTheyAreUnreadable(int length) {
    byte[] whole = bytes(CANDIDATE);

    assertThatThrownBy(() -> reader.read(TOPIC, Arrays.copyOf(whole, length)))
        .isInstanceOf(SerializationException.class)
        .hasMessageStartingWith("the value ");
  }

  /** The check for the schema and the decoding share one look-up, for any number of values. */
  @Test
  void givenManyValuesOfOneSchema_whenRead_thenTheRegistryIsAskedOnce() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    byte[] bytes = bytes(CANDIDATE);
    String schema =
        MockSchemaRegistry.getClientForScope("ValueReaderTest")
            .getSchemaById(ByteBuffer.wrap(bytes).getInt(1))
            .canonicalString()
            .replace("\\", "\\\\")
            .replace("\"", "\\\"");
    byte[] answer = ("{\"schema\": \"" + schema + "\"}").getBytes(StandardCharsets.UTF_8);
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    try {
      String url = "http://127.0.0.1:" + registry.getAddress().getPort();
      ValueReader<Candidate> remote = AvroSerdes.forRegistry(url).valueReader(Candidate.class);
      for (int i = 0; i < 3; i++) {
        assertThat(remote.read(TOPIC, bytes)).isEqualTo(CANDIDATE);
      }
    } finally {
      registry.stop(0);
    }
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 503})
  void givenARegistryThatRefusesToAnswer_whenRead_thenTheValueIsNotAtFault(int status)
      throws IOException {
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    registry.start();
    try {
      String url = "http://127.0.0.1:" + registry.getAddress().getPort();
      ValueReader<Candidate> remote =
          new AvroSerdes(Map.of("schema.registry.url", url, "max.retries", "0"))
              .valueReader(Candidate.class);

      assertThatThrownBy(() -> remote.read(TOPIC, bytes(CANDIDATE)))
          .isInstanceOf(RegistryUnavailableException.class);
    } finally {
      registry.stop(0);
    }
  }

  /** Such a schema is registered, so that asking again would never help. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schemaType\": \"JSON\", \"schema\": \"{\\\"type\\\": \\\"object\\\"}\"}",
        "{\"schemaType\": \"PROTOBUF\", \"schema\": \"message M { string id = 1; }\"}",
        "{\"schema\": \"{\\\"type\\\": \\\"unknown\\\"}\"}"
      })
  void givenASchemaThatIsNotAvro_whenRead_thenTheValueIsUnreadable(String schema)
      throws IOException {
    byte[] answer = schema.getBytes(StandardCharsets.UTF_8);
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    try {
      String url = "http://127.0.0.1:" + registry.getAddress().getPort();
      ValueReader<Candidate> remote = AvroSerdes.forRegistry(url).valueReader(Candidate.class);

      assertThatThrownBy(() -> remote.read(TOPIC, bytes(CANDIDATE)))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("is not an Avro schema");
    } finally {
      registry.stop(0);
    }
  }

  private byte[] bytes(SpecificRecord value) {
    return serdes.value().serializer().serialize(TOPIC, value);
  }
}
