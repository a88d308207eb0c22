package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.streams.api.StreamsApp;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the page reads of the HTTP API, on a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class PageApiTest {
  private static final int SHARDS = 2;
  private static final String HOSTILE = "<script>alert(1)</script>/../\"'&?#% é";

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
  void givenAnInstance_whenItsPageIsFetched_thenOnlyListedFilesAreServedUnderAStrictPolicy()
      throws IOException, InterruptedException {
    try (StreamsApp app = start("one", Map.of())) {
      ApiClient api = new ApiClient(app.apiAddress().orElseThrow());

      ApiClient.Answer page = api.get("/");

      assertThat(page.status()).isEqualTo(200);
      assertThat(page.header("Content-Type")).startsWith("text/html");
      assertThat(page.header("Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(api.get("/", "If-None-Match", page.header("ETag")).status()).isEqualTo(304);
      assertThat(api.get("/assets/index.html").status()).isEqualTo(200);
      for (String path :
          List.of(
              "/assets/files.txt",
              "/assets/",
              "/assets/PageFiles.class",
              "/assets/..%2FPageFiles.class",
              "/assets/%2e%2e/index.html",
              "/assets//etc/passwd",
              "/index.html")) {
        assertThat(api.get(path).status()).as(path).isIn(400, 404);
      }
    }
  }

  @Test
  void givenASubset_whenPagesOfItAreRead_thenTheyAreItsParts() throws IOException {
    try (StreamsApp app = start("one", Map.of())) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 3, List.of(10, 30));
      stream.arrive(200);
      stream.awaitScored(task);
      JsonNode whole = api.get("/api/tasks/t/selected").json().path("selected");
      assertThat(whole).hasSize(30);

      JsonNode page = api.get("/api/tasks/t/selected?budget=25&offset=20&limit=10").json();
      assertThat(page.path("size").asInt()).isEqualTo(25);
      assertThat(page.path("matching").asInt()).isEqualTo(25);
      assertThat(ids(page)).isEqualTo(ids(whole).subList(20, 25));
      assertThat(page.path("selected").path(0).path("rank").asInt()).isEqualTo(20);
      assertThat(page.path("selected").path(0).path("tier").asInt()).isEqualTo(30);

      String id = ids(whole).get(7);
      JsonNode found =
          api.get("/api/tasks/t/selected?search=" + id.toUpperCase(Locale.ROOT)).json();
      assertThat(found.path("matching").asInt())
          .isEqualTo((int) ids(whole).stream().filter(each -> each.contains(id)).count());
      assertThat(ids(found)).contains(id);
      assertThat(ids(api.get("/api/tasks/t/selected?source=test&limit=500").json()))
          .isEqualTo(ids(whole));
      assertThat(ids(api.get("/api/tasks/t/selected?source=other").json())).isEmpty();
      assertThat(ids(api.get("/api/tasks/t/selected?meta.lang=en").json())).isEmpty();

      JsonNode scores = api.get("/api/tasks/t/scores?budget=30&points=10").json();
      assertThat(scores.path("points")).hasSize(10);
      assertThat(scores.path("points").path(9).path("slot").asInt()).isEqualTo(27);
      JsonNode shares = api.get("/api/tasks/t/shares?budget=10").json();
      assertThat(shares.path("values").path(0).path("value").asText()).isEqualTo("test");
      assertThat(shares.path("values").path(0).path("selected").asInt()).isEqualTo(10);
      assertThat(shares.path("sample").isNull()).isTrue();
      assertThat(shares.path("why").asText()).contains("no random control");
      assertThat(api.get("/api/tasks/t/definition").json().path("budgets").toString())
          .isEqualTo("[10,30]");
    }
  }

  @Test
  void givenHostileRequests_whenTheyAreSent_thenEachIsRefusedWithAReason() {
    try (StreamsApp app = start("one", Map.of())) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 1, List.of(5));
      stream.arrive(20);
      stream.awaitScored(task);

      for (String path :
          List.of(
              "/api/tasks/t/selected?limit=0",
              "/api/tasks/t/selected?limit=501",
              "/api/tasks/t/selected?offset=-1",
              "/api/tasks/t/selected?offset=99999999999",
              "/api/tasks/t/selected?budget=6&limit=5",
              "/api/tasks/t/selected?budget=0",
              "/api/tasks/t/selected?budget=1e1",
              "/api/tasks/t/selected?limit=5&limit=6",
              "/api/tasks/t/selected?limit=5&format=jsonl",
              "/api/tasks/t/selected?search=" + "x".repeat(201),
              "/api/tasks/t/selected?meta.=x",
              "/api/tasks/t/selected?sourc=x",
              "/api/tasks/t/scores?points=5",
              "/api/tasks/t/shares?field=" + encoded(HOSTILE),
              "/api/tasks/t/changes?limit=201",
              "/api/tasks/t/history?x=1",
              "/api/tasks/" + encoded("<script>") + "/history",
              "/api/dead-letters?limit=101",
              "/api/dead-letters?reason=" + "x".repeat(1001),
              "/api/candidate",
              "/api/candidate?id=",
              "/api/candidate?id=" + "x".repeat(257),
              "/api/candidate?id=%00",
              "/api/candidate?id=a&id=b",
              "/api/overview?x=1",
              "/api/events?x=1",
              "/api/jobs?x=1",
              "/api/results?x=1",
              "/api/results?task=" + encoded("<script>"))) {
        ApiClient.Answer answer = api.get(path);
        assertThat(answer.status()).as(path).isEqualTo(400);
        assertThat(answer.reason()).as(path).isNotBlank();
        assertThat(answer.header("Content-Type")).as(path).startsWith("application/json");
      }
      for (String path :
          List.of(
              "/api/tasks/none/history",
              "/api/tasks/none/changes",
              "/api/tasks/none/scores",
              "/api/tasks/none/shares",
              "/api/tasks/none/definition",
              "/api/jobs/none",
              "/api/jobs/none/distance",
              "/api/jobs/" + encoded("<script>"))) {
        assertThat(api.get(path).status()).as(path).isEqualTo(404);
      }
    }
  }

  @Test
  void givenCandidates_whenTheyAreAskedFor_thenAllThatIsKnownIsAnswered() {
    try (StreamsApp one = start("one", Map.of());
        StreamsApp two = start("two", Map.of())) {
      ApiClient api = RunningApi.ready(one);
      ApiClient other = RunningApi.ready(two);
      TargetTask task = stream.define("t", 1, 3, List.of(10));
      stream.arrive(100);
      stream.awaitScored(task);
      List<String> selected =
          ids(
              api.await("/api/tasks/t/selected", answer -> answer.status() == 200)
                  .json()
                  .path("selected"));
      String out =
          List.of("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10").stream()
              .filter(id -> !selected.contains(id))
              .findFirst()
              .orElseThrow();

      for (ApiClient client : List.of(api, other)) {
        JsonNode in = candidate(client, selected.get(4));
        assertThat(in.path("known").asBoolean()).isTrue();
        assertThat(in.path("found_in").asText()).isEqualTo("representations");
        assertThat(in.path("messages").path(1).path("content").asText()).isEqualTo(selected.get(4));
        JsonNode place = in.path("tasks").path(0);
        assertThat(place.path("state").asText()).isEqualTo("selected");
        assertThat(place.path("place").path("slot").asInt()).isEqualTo(4);
        assertThat(place.path("place").path("tier").asInt()).isEqualTo(10);
        assertThat(place.path("scores")).hasSize(3);
        JsonNode not = candidate(client, out);
        assertThat(not.path("tasks").path(0).path("state").asText()).isEqualTo("not_selected");
        assertThat(not.path("tasks").path(0).path("scores")).hasSize(3);
        JsonNode none = candidate(client, HOSTILE);
        assertThat(none.path("known").asBoolean()).isFalse();
        assertThat(none.path("candidate").asText()).isEqualTo(HOSTILE);
        assertThat(none.path("why").asText()).isNotBlank();
      }
    }
  }

  @Test
  void givenATaskThatFills_whenItsHistoryIsRead_thenTheChangesAreThere() {
    try (StreamsApp app = start("one", Map.of())) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 2, List.of(5, 10));
      stream.arrive(40);
      stream.awaitScored(task);

      JsonNode history =
          api.await(
                  "/api/tasks/t/history",
                  answer ->
                      answer.json().path("state").asText().equals("ready")
                          && last(answer.json().path("points")).path("pool").asInt() == 40)
              .json();
      assertThat(last(history.path("points")).path("tiers")).hasSize(2);
      assertThat(last(history.path("points")).path("selected").asInt()).isEqualTo(10);
      assertThat(history.path("complete").asBoolean()).isTrue();
      Map<String, Boolean> members = new HashMap<>();
      JsonNode publications = api.get("/api/tasks/t/changes?limit=200").json().path("publications");
      for (int i = publications.size() - 1; i >= 0; i--) {
        publications.path(i).path("left").forEach(each -> members.remove(id(each)));
        for (JsonNode each : publications.path(i).path("entered")) {
          assertThat(members.put(id(each), true)).as("entered before").isNull();
          assertThat(each.path("query").asText()).startsWith("q");
        }
        publications
            .path(i)
            .path("moved")
            .forEach(each -> assertThat(members).containsKey(id(each)));
      }
      assertThat(members.keySet())
          .containsExactlyInAnyOrderElementsOf(
              ids(api.get("/api/tasks/t/selected").json().path("selected")));
    }
  }

  @Test
  void givenAToken_whenSomethingIsOnlyChecked_thenItIsNotNeeded() {
    try (StreamsApp app = start("one", Map.of("http.token", "secret"))) {
      ApiClient api = RunningApi.ready(app);
      String json = "application/json";
      String turns =
          "\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"},{\"role\":\"assistant\",\"content\":\"2\"}]";
      String good = "{\"task\":\"sums\",\"budgets\":[5],\"queries\":[{" + turns + "}]}";

      JsonNode valid = post(api, "/api/tasks/sums/check", good, "Content-Type", json).json();
      assertThat(valid.path("valid").asBoolean()).isTrue();
      assertThat(valid.path("queries").asInt()).isEqualTo(1);
      assertThat(valid.path("changes").asBoolean()).isTrue();
      JsonNode wrong =
          post(api, "/api/tasks/sums/check", good.replace("[5]", "[5,5]"), "Content-Type", json)
              .json();
      assertThat(wrong.path("valid").asBoolean()).isFalse();
      assertThat(wrong.path("problems").path(0).path("field").asText()).isEqualTo("budgets");
      JsonNode unread = post(api, "/api/tasks/sums/check", "{", "Content-Type", json).json();
      assertThat(unread.path("problems").path(0).path("reason").asText()).isNotBlank();

      JsonNode examples =
          post(
                  api,
                  "/api/examples/check",
                  "{\"instruction\":\"Add\",\"input\":\"1+1\",\"output\":\"2\"}\n"
                      + "{\"messages\":[]}\n",
                  "Content-Type",
                  "application/x-ndjson")
              .json();
      assertThat(examples.path("accepted").asInt()).isEqualTo(1);
      assertThat(examples.path("forms").path("alpaca").asInt()).isEqualTo(1);
      assertThat(examples.path("errors").path(0).path("line").asInt()).isEqualTo(2);
      assertThat(examples.path("examples").path(0).path("messages")).hasSize(2);

      assertThat(post(api, "/api/token", "").status()).isEqualTo(401);
      assertThat(post(api, "/api/token", "", "Authorization", "Bearer secret").status())
          .isEqualTo(204);
      assertThat(api.put("/api/tasks/check", good, "Content-Type", json).status()).isEqualTo(401);
      assertThat(api.delete("/api/candidates/x/check").status()).isEqualTo(401);
      assertThat(api.delete("/api/candidate?id=x").status()).isEqualTo(401);
      assertThat(post(api, "/api/tasks/sums/check", good, "Content-Type", "text/plain").status())
          .isEqualTo(415);
      assertThat(api.get("/api/overview").json().path("token_required").asBoolean()).isTrue();
    }
  }

  @Test
  void givenARecordThatCannotBeUsed_whenDeadLettersAreRead_thenItsBytesAreSafeText() {
    try (StreamsApp app = start("one", Map.of())) {
      ApiClient api = RunningApi.ready(app);
      stream.write(kafka.topics().jobRequests(), HOSTILE, new byte[] {0, 1, 'a', '<', 'b', '>'});

      JsonNode letters =
          api.await("/api/dead-letters", answer -> answer.json().path("read").asInt() == 1).json();

      JsonNode letter = letters.path("letters").path(0);
      assertThat(letter.path("key").asText()).isEqualTo(HOSTILE);
      assertThat(letter.path("value").asText()).isEqualTo("··a<b>");
      assertThat(letter.path("binary").asBoolean()).isTrue();
      assertThat(letter.path("value_bytes").asInt()).isEqualTo(6);
      String kind = letters.path("reasons").path(0).path("kind").asText();
      assertThat(kind).startsWith("undecodable");
      assertThat(api.get("/api/dead-letters?reason=" + encoded(kind)).json().path("letters"))
          .hasSize(1);
      assertThat(api.get("/api/dead-letters?reason=x").json().path("letters")).isEmpty();
    }
  }

  private static JsonNode candidate(ApiClient api, String id) {
    return api.await("/api/candidate?id=" + encoded(id), answer -> answer.status() == 200).json();
  }

  private static ApiClient.Answer post(ApiClient api, String path, String body, String... headers) {
    return api.post(path, BodyPublishers.ofString(body), headers);
  }

  private static JsonNode last(JsonNode list) {
    return list.path(list.size() - 1);
  }

  private static String id(JsonNode change) {
    return change.path("candidate").asText();
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    JsonNode list = answer.isArray() ? answer : answer.path("selected");
    list.forEach(each -> ids.add(each.path("candidate_id").asText()));
    return ids;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private StreamsApp start(String name, Map<String, String> more) {
    return RunningApi.start(kafka, directory.resolve(name), more);
  }
}
