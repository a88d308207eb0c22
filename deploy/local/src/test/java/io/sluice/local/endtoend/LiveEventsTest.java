package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.api.StreamsApp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What those who watch are told by server-sent events, on a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class LiveEventsTest {
  private static final int SHARDS = 2;

  /** How long a connection that was closed may count. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  private TestKafka kafka;
  private SyntheticStream stream;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    kafka.createTopics(new TopicSetup(SHARDS, 2));
    stream = new SyntheticStream(kafka, SHARDS);
  }

  @AfterEach
  void closeStream() {
    stream.close();
  }

  @Test
  void givenSomebodyWhoWatches_whenSomethingChanges_thenEventsSaySo() throws Exception {
    try (StreamsApp app = RunningApi.start(kafka, directory, Map.of())) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 2, List.of(5));
      stream.arrive(10);
      stream.awaitScored(task);
      URI events = app.apiAddress().orElseThrow().resolve("/api/events");
      HttpResponse<InputStream> response =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(events).build(), BodyHandlers.ofInputStream());
      assertThat(response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        String overview = await(lines, "overview", "\"task\":\"t\"");
        assertThat(overview).contains("\"service\":\"kafka\"").doesNotContain("\"history\"");

        stream.arrive(10);
        await(lines, "task", "\"pool\":20");
        await(lines, "heartbeat", "at");
      }
      JsonNode overview = api.get("/api/overview").json();
      assertThat(overview.path("flow").path("represented").asLong()).isGreaterThanOrEqualTo(20);
      assertThat(overview.path("history").size()).isPositive();
      Map<String, String> states = new HashMap<>();
      overview
          .path("services")
          .forEach(each -> states.put(each.path("service").asText(), each.path("state").asText()));
      assertThat(states)
          .containsEntry("kafka", "up")
          .containsEntry("registry", "up")
          .containsEntry("worker", "away")
          .containsEntry("trainer", "away")
          .containsKey("streams");
      assertThat(overview.path("token_required").asBoolean()).isFalse();
    }
  }

  @Test
  void givenMoreWatchersThanAreServed_whenAnotherOneComes_thenItIsRefusedAndOthersMayLeave()
      throws Exception {
    try (StreamsApp app = RunningApi.start(kafka, directory, Map.of())) {
      ApiClient api = RunningApi.ready(app);
      URI events = app.apiAddress().orElseThrow().resolve("/api/events");
      List<InputStream> open = new ArrayList<>();
      HttpClient client = HttpClient.newHttpClient();
      for (int i = 0; i < 64; i++) {
        HttpResponse<InputStream> response =
            client.send(HttpRequest.newBuilder(events).build(), BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        open.add(response.body());
      }

      assertThat(api.get("/api/events").status()).isEqualTo(503);
      assertThat(api.get("/api/tasks").status()).isEqualTo(200);

      for (InputStream each : open) {
        each.close();
      }
      HttpRequest again = HttpRequest.newBuilder(events).build();
      Instant deadline = Instant.now().plus(PATIENCE);
      int status = 503;
      while (status != 200) {
        assertThat(Instant.now()).as("when a place must be free").isBefore(deadline);
        HttpResponse<InputStream> response = client.send(again, BodyHandlers.ofInputStream());
        response.body().close();
        status = response.statusCode();
      }
    }
  }

  /** Reads events until one of this name contains a text, and returns its data. */
  private static String await(BufferedReader lines, String name, String text) throws IOException {
    String event = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event: ")) {
        event = line.substring("event: ".length());
      } else if (line.startsWith("data: ") && event.equals(name) && line.contains(text)) {
        return line.substring("data: ".length());
      }
    }
    throw new AssertionError("the events have ended before " + name + " with " + text);
  }
}
