package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.api.StreamsApp;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests an API that others can reach: under which names, and with more requests than it serves. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class HttpApiReachTest {
  private static final Map<String, String> EVERYWHERE =
      Map.of("http.host", "0.0.0.0", "http.allowed.hosts", "sluice.example");

  @TempDir Path directory;

  private TestKafka kafka;
  private SyntheticStream stream;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    kafka.createTopics(new TopicSetup(2, 4));
    stream = new SyntheticStream(kafka, 2);
  }

  @AfterEach
  void closeStream() {
    stream.close();
  }

  @Test
  void givenAnApiOnAllAddresses_whenAskedUnderForeignNames_thenItAnswersUnderItsOwnOnly()
      throws IOException {
    try (StreamsApp app = RunningApi.start(kafka, directory.resolve("one"), EVERYWHERE)) {
      RunningApi.ready(app);
      String port = ":" + app.apiAddress().orElseThrow().getPort();

      String refused = raw(app, "GET /api/tasks HTTP/1.1\r\nHost: evil.example" + port + "\r\n");
      assertThat(refused).startsWith("HTTP/1.1 421").contains("evil.example", "http.allowed.hosts");
      assertThat(raw(app, "GET /metrics HTTP/1.1\r\nHost: sluice.example.evil.example\r\n"))
          .startsWith("HTTP/1.1 421");
      for (String host :
          List.of(
              "localhost" + port,
              "10.11.12.13" + port,
              "[fd00::1]" + port,
              "Sluice.Example",
              InetAddress.getLocalHost().getHostName() + port)) {
        assertThat(raw(app, "GET /api/tasks HTTP/1.1\r\nHost: " + host + "\r\n"))
            .as(host)
            .startsWith("HTTP/1.1 200");
      }
      assertThat(raw(app, "GET /health/live HTTP/1.0\r\n")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void givenTwoInstancesOnAllAddresses_whenEitherIsAsked_thenTheyReachEachOther() {
    List<TargetTask> tasks =
        List.of("a", "b", "c", "d").stream()
            .map(id -> stream.define(id, 1, 2, List.of(5)))
            .toList();
    try (StreamsApp one = RunningApi.start(kafka, directory.resolve("one"), EVERYWHERE);
        StreamsApp two = RunningApi.start(kafka, directory.resolve("two"), EVERYWHERE)) {
      for (StreamsApp app : List.of(one, two)) {
        ApiClient api = RunningApi.ready(app);
        api.await(
            "/api/tasks",
            answer ->
                answer.status() == 200
                    && answer.json().path("tasks").findValuesAsText("task").size() == tasks.size());
      }
    }
  }

  @Test
  @Timeout(300)
  void givenMoreUnfinishedRequestsThanAreServed_whenHealthIsAsked_thenItDoesNotWait()
      throws IOException {
    List<Socket> unfinished = new ArrayList<>();
    try (StreamsApp app = RunningApi.start(kafka, directory.resolve("one"), Map.of())) {
      ApiClient api = RunningApi.ready(app);
      try {
        for (int i = 0; i < 40; i++) {
          unfinished.add(unfinishedPost(app));
        }
        for (int i = 0; i < 20; i++) {
          assertThat(api.get("/health/live").status()).isEqualTo(200);
          assertThat(api.get("/health/ready").status()).isEqualTo(200);
          assertThat(api.get("/api/tasks", "Sluice-Hop", "1").status()).isEqualTo(200);
        }
      } finally {
        for (Socket socket : unfinished) {
          socket.close();
        }
      }
      assertThat(api.await("/api/tasks", answer -> answer.status() == 200).status()).isEqualTo(200);
    }
  }

  /** Begins a request, whose body the server waits for. */
  private static Socket unfinishedPost(StreamsApp app) throws IOException {
    URI address = app.apiAddress().orElseThrow();
    Socket socket = new Socket(address.getHost(), address.getPort());
    String head =
        "POST /api/candidates HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            + "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return socket;
  }

  /** Sends a request that HTTP client libraries refuse to send, and returns the response. */
  private static String raw(StreamsApp app, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", app.apiAddress().orElseThrow().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write((request + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
