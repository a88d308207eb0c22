package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.file.TaskFile;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests writing over HTTP: which requests change tasks and candidates, and which are refused. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class HttpApiWritesTest {
  private static final int SHARDS = 2;
  private static final String TASK =
      """
      {"task": "sums", "budgets": [2, %d], "queries": [
        {"id": "q-a", "messages": [{"role": "user", "content": "1+1"}, {"role": "assistant", "content": "2"}]},
        {"id": "q-b", "messages": [{"role": "user", "content": "1+2"}, {"role": "assistant", "content": "3"}]}]}
      """;

  private static final String LINE =
      "{\"id\": \"%s\", \"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}\n";

  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String[] LINES = {"Content-Type", "application/x-ndjson"};

  @TempDir Path directory;

  private TestKafka kafka;
  private SyntheticStream stream;
  private StreamsApp app;
  private ApiClient api;

  @BeforeEach
  void createTopics(TestKafka testKafka) throws InterruptedException {
    kafka = testKafka;
    kafka.createTopics(new TopicSetup(SHARDS, 2));
    stream = new SyntheticStream(kafka, SHARDS);
  }

  @AfterEach
  void close() {
    app.close();
    stream.close();
  }

  @Test
  void givenATask_whenPutChangedAndRemoved_thenEachRevisionIsServedInTurn() {
    start(Map.of());

    JsonNode put = api.put("/api/tasks/sums", TASK.formatted(3), JSON).json();
    assertThat(put.path("revision").asInt()).isEqualTo(1);
    assertThat(put.path("changed").asBoolean()).isTrue();
    assertThat(
            api.put("/api/tasks/sums", TASK.formatted(3), JSON).json().path("changed").asBoolean())
        .isFalse();
    stream.represent(task(1, 3));
    stream.arrive(50);
    stream.awaitScored(task(1, 3));
    JsonNode seen = api.get("/api/tasks/sums").json();
    assertThat(seen.path("pool").asInt()).isEqualTo(50);
    assertThat(seen.path("progress").asDouble()).isEqualTo(1);
    assertThat(seen.path("incoming").isNull()).isTrue();
    assertThat(seen.path("tiers").findValuesAsText("filled")).containsExactly("2", "3");
    assertThat(seen.path("tiers").findValuesAsText("full")).containsExactly("true", "true");
    assertThat(seen.path("coverage").findValuesAsText("query")).containsExactly("q-a", "q-b");
    assertThat(seen.path("coverage").findValuesAsText("candidates")).containsExactly("2", "1");

    assertThat(api.put("/api/tasks/sums", TASK.formatted(4), JSON).json().path("revision").asInt())
        .isEqualTo(2);
    seen = api.await("/api/tasks/sums", answer -> !answer.json().path("incoming").isNull()).json();
    assertThat(seen.path("revision").asInt()).isEqualTo(1);
    assertThat(seen.path("incoming").path("revision").asInt()).isEqualTo(2);
    assertThat(api.get("/api/tasks/sums/selected?format=jsonl").text()).hasLineCount(3);
    stream.represent(task(2, 4));
    stream.awaitScored(task(2, 4));
    assertThat(api.get("/api/tasks/sums/selected?format=jsonl").text()).hasLineCount(4);

    assertThat(api.delete("/api/tasks/sums").status()).isEqualTo(200);
    api.await("/api/tasks/sums", answer -> answer.status() == 404);
    assertThat(api.get("/api/tasks").json().path("tasks")).isEmpty();
    assertThat(api.delete("/api/tasks/sums").status()).isEqualTo(404);
  }

  @Test
  void givenAToken_whenWritingWithoutIt_thenWritesAreRefusedAndReadsAreAllowed() {
    start(Map.of("http.token", "s3cret-of-the-stream"));
    String[] wrong = {"Authorization", "Bearer s3cret-of-the-streaM"};

    assertThat(api.put("/api/tasks/sums", TASK.formatted(3), JSON).status()).isEqualTo(401);
    ApiClient.Answer refused = api.delete("/api/tasks/sums", wrong);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
    assertThat(refused.reason()).contains("Authorization: Bearer").doesNotContain("s3cret");
    assertThat(api.post("/api/candidates", text(LINE.formatted("a")), LINES).status())
        .isEqualTo(401);
    assertThat(api.delete("/api/candidates/a").status()).isEqualTo(401);
    assertThat(api.get("/api/tasks").status()).isEqualTo(200);

    ApiClient.Answer allowed =
        api.post(
            "/api/candidates",
            text(LINE.formatted("a")),
            "Content-Type",
            "application/x-ndjson",
            "Authorization",
            "Bearer s3cret-of-the-stream");
    assertThat(allowed.status()).as(allowed.toString()).isEqualTo(200);
    assertThat(stream.candidates()).containsOnlyKeys("a");
  }

  @Test
  void givenABrowserPageOfAnotherOrigin_whenItWrites_thenItIsRefused() throws IOException {
    start(Map.of());
    String line = LINE.formatted("a");

    assertThat(api.post("/api/candidates", text(line), origin("http://evil.example")).status())
        .isEqualTo(403);
    assertThat(api.post("/api/candidates", text(line), origin("null")).status()).isEqualTo(403);
    assertThat(api.post("/api/candidates", text(line), "Content-Type", "text/plain").status())
        .isEqualTo(415);
    assertThat(api.post("/api/candidates", text(line)).status()).isEqualTo(415);
    assertThat(raw("GET /api/tasks HTTP/1.1\r\nHost: evil.example\r\n")).startsWith("HTTP/1.1 421");
    assertThat(stream.candidates()).isEmpty();

    ApiClient.Answer own =
        api.post("/api/candidates", text(line), origin(app.apiAddress().orElseThrow().toString()));
    assertThat(own.status()).isEqualTo(200);
    assertThat(own.header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void givenLinesWithErrors_whenPosted_thenEachIsReportedAndTheOthersAreInKafka()
      throws IOException {
    start(Map.of("http.max.line.bytes", "100000"));
    String tooLong = "{\"id\": \"" + "x".repeat(10_000_000) + "\"}\n";
    String body =
        LINE.formatted("a")
            + "{broken\n"
            + "\n"
            + LINE.formatted("b")
            + tooLong
            + "{\"id\": \"c\", \"messages\": 5}\n"
            + "{\"id\": [], \"messages\": []}\n"
            + LINE.formatted("ü");

    ApiClient.Answer answer = api.post("/api/candidates", text(body), LINES);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(3);
    assertThat(answer.json().path("rejected").asInt()).isEqualTo(4);
    assertThat(answer.json().has("chat_only") || answer.json().has("missing_columns")).isFalse();
    assertThat(answer.json().path("errors").findValuesAsText("line"))
        .containsExactly("2", "5", "6", "7");
    assertThat(answer.json().path("errors").findValuesAsText("reason").get(1))
        .isEqualTo("longer than 100000 bytes");
    assertThat(stream.candidates()).containsOnlyKeys("a", "b", "ü");

    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(LINE.formatted("zipped").getBytes(StandardCharsets.UTF_8));
    }
    BodyPublisher gzipBody = BodyPublishers.ofByteArray(zipped.toByteArray());
    assertThat(api.post("/api/candidates", gzipBody, LINES).status()).isEqualTo(200);
    assertThat(api.delete("/api/candidates/a").json().path("retracted").asBoolean()).isTrue();
    assertThat(stream.candidates()).containsOnlyKeys("b", "ü", "zipped");
    String pair = "{\"id\": \"p\", \"prompt\": \"u\", \"%s\": \"a\", \"rejected\": \"b\"}";
    String chosen = pair.formatted("chosen");
    assertThat(api.post("/api/candidates", text(chosen), LINES).text()).contains("take=chosen");
    for (String wrong : List.of("tak=chosen", "take=all", "format=csv", "field=x", "field=a=b")) {
      assertThat(api.post("/api/candidates?" + wrong, text(chosen), LINES).status()).isEqualTo(400);
    }
    String mapped = "/api/candidates?take=chosen&format=preference&field=chosen=best";
    assertThat(api.post(mapped, text(pair.formatted("best")), LINES).status()).isEqualTo(200);
    String tools = pair.replace("\"rejected\"", "\"tools\": [{\"name\": \"f\"}], \"answer\"");
    JsonNode noted =
        api.post("/api/candidates?field=source=orgin", text(tools.formatted("completion")), LINES)
            .json();
    assertThat(noted.path("chat_only").asInt()).isEqualTo(1);
    assertThat(noted.path("missing_columns").get(0).textValue()).isEqualTo("source=orgin");
    assertThat(stream.candidates()).containsOnlyKeys("b", "ü", "zipped", "p");
    assertThat(api.delete("/api/candidates/p").status()).isEqualTo(200);
    assertThat(api.post("/api/candidates", text(""), LINES).status()).isEqualTo(400);
    assertThat(api.post("/api/candidates", text("[]\n"), LINES).status()).isEqualTo(400);
    assertThat(api.get("/metrics").text())
        .contains("sluice_http_candidates_total{outcome=\"accepted\"} 6.0");
  }

  @Test
  void givenManyCandidatesWithoutIds_whenPostedTwiceAsAStream_thenKafkaHasEachOnce() {
    start(Map.of());
    String body =
        IntStream.range(0, 20_000)
            .mapToObj(
                i -> "{\"messages\": [{\"role\": \"assistant\", \"content\": \"" + i + "\"}]}")
            .collect(Collectors.joining("\n"));
    BodyPublisher streamed =
        BodyPublishers.ofInputStream(
            () -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));

    assertThat(api.post("/api/candidates", streamed, LINES).json().path("accepted").asInt())
        .isEqualTo(20_000);
    assertThat(api.post("/api/candidates", streamed, LINES).json().path("accepted").asInt())
        .isEqualTo(20_000);
    assertThat(stream.candidates()).hasSize(20_000);
  }

  @Test
  void givenBadRequests_whenSent_thenTheReasonSaysWhatToDo() throws IOException {
    start(Map.of());
    TargetTask task = stream.define("t", 1, 2, List.of(5));
    api.await("/api/tasks/t", answer -> answer.status() == 200);

    assertThat(task.getTaskId()).isEqualTo("t");
    assertReason(api.get("/api/tasks/nothing"), 404, "GET /api/tasks");
    assertReason(api.get("/api/tasks/nothing/selected"), 404, "no task 'nothing'");
    assertReason(api.get("/api/tasks/t/selected?budget=six"), 400, "not a whole number");
    assertReason(api.get("/api/tasks/t/selected?budget=99999999999"), 400, "not a whole number");
    assertReason(api.get("/api/tasks/t/selected?budget=6"), 400, "budgets 1 to 5");
    assertReason(api.get("/api/tasks/t/selected?budget=-1"), 400, "budgets 1 to 5");
    assertReason(api.get("/api/tasks/t/selected?format=xml"), 400, "json or jsonl");
    assertReason(api.get("/api/jobs?task=%2e%2e%2fetc"), 400, "A-Z a-z 0-9");
    assertReason(api.get("/api/tasks/a%20b"), 400, "A-Z a-z 0-9");
    assertReason(api.get("/api/nothing"), 404, "/api/tasks");
    assertReason(api.post("/api/tasks", text("{}"), JSON), 405, "");
    assertReason(api.put("/api/tasks/sums", "{", JSON), 400, "not JSON");
    assertReason(api.put("/api/tasks/sums", "[]", JSON), 400, "not a JSON object");
    assertReason(api.put("/api/tasks/sums", "{\"task\": 5}", JSON), 400, "task is not a text");
    assertReason(api.put("/api/tasks/other", TASK.formatted(3), JSON), 400, "make them the same");
    assertReason(api.put("/api/tasks/sums", TASK.formatted(1), JSON), 400, "sort budgets");
    assertReason(api.put("/api/tasks/sums", "x".repeat(5 << 20), JSON), 413, "longer than");
    for (String path :
        List.of(
            "/api/tasks/../../etc",
            "/api/tasks/%2e%2e/%2e%2e/etc/passwd",
            "/api/tasks/..%2f..%2fetc",
            "/api/tasks/t;x=1",
            "//api//tasks")) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"))
          .matches("(?s)HTTP/1.1 40[04] .*\"status\":40[04],\"reason\":\".*");
    }
    assertThat(raw("NONSENSE\r\n")).startsWith("HTTP/1.1 400");
  }

  private static void assertReason(ApiClient.Answer answer, int status, String reason) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.reason()).contains(reason).isNotBlank();
  }

  private TargetTask task(int revision, int largest) {
    return TaskFile.parse(TASK.formatted(largest)).toTargetTask(revision);
  }

  private static BodyPublisher text(String body) {
    return BodyPublishers.ofString(body);
  }

  private static String[] origin(String origin) {
    return new String[] {"Content-Type", "application/x-ndjson", "Origin", origin};
  }

  /** Sends a request that HTTP client libraries refuse to send, and returns the response. */
  private String raw(String request) throws IOException {
    URI address = app.apiAddress().orElseThrow();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write((request + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void start(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("bootstrap.servers", kafka.bootstrapServers());
    all.put("schema.registry.url", kafka.schemaRegistry());
    all.put("topic.prefix", kafka.topics().prefix());
    all.put("application.id", kafka.topics().prefix() + "streams");
    all.put("state.dir", directory.toString());
    all.put("http.port", "0");
    app = StreamsApp.start(new StreamsAppConfig(all));
    api = new ApiClient(app.apiAddress().orElseThrow());
    api.await("/health/ready", answer -> answer.status() == 200);
  }
}
