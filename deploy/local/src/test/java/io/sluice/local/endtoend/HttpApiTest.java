package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.client.ExplanationJson;
import io.sluice.streams.client.Explanations;
import io.sluice.streams.client.Subset;
import io.sluice.streams.client.SubsetWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Compares what the HTTP API returns about the selection with what a consumer reads. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class HttpApiTest {
  private static final int SHARDS = 2;
  private static final int TASK_PARTITIONS = 4;

  @TempDir Path directory;

  private TestKafka kafka;
  private SyntheticStream stream;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    this.kafka = kafka;
    kafka.createTopics(new TopicSetup(SHARDS, TASK_PARTITIONS));
    stream = new SyntheticStream(kafka, SHARDS);
  }

  @AfterEach
  void closeStream() {
    stream.close();
  }

  @Test
  void givenASelection_whenItsSubsetIsRead_thenItIsWhatAConsumerOfSelectedHas() throws IOException {
    try (StreamsApp app = start("one")) {
      ApiClient api = RunningApi.ready(app);
      TargetTask task = stream.define("t", 1, 3, List.of(10, 30));
      stream.arrive(400);
      stream.awaitScored(task);

      for (int budget : List.of(1, 10, 17, 30)) {
        ApiClient.Answer lines = api.get("/api/tasks/t/selected?format=jsonl&budget=" + budget);
        assertThat(lines.status()).isEqualTo(200);
        assertThat(lines.text()).isEqualTo(published(task, budget));
        assertThat(lines.header("Sluice-Size")).isEqualTo(Integer.toString(budget));
      }
      JsonNode object = api.get("/api/tasks/t/selected?budget=10").json();
      assertThat(object.path("revision").asInt()).isEqualTo(1);
      assertThat(object.path("selected")).hasSize(10);
    }
  }

  @Test
  void givenTwoInstances_whenEitherIsAsked_thenBothReturnTheSameForAllTasks() throws IOException {
    try (StreamsApp one = start("one");
        StreamsApp two = start("two")) {
      List<TargetTask> tasks =
          Stream.of("a", "b", "c", "d", "e", "f")
              .map(id -> stream.define(id, 1, 2, List.of(5)))
              .toList();
      stream.arrive(100);
      tasks.forEach(stream::awaitScored);
      ApiClient first = RunningApi.ready(one);
      ApiClient second = RunningApi.ready(two);

      JsonNode all = first.await("/api/tasks", answer -> answer.status() == 200).json();
      assertThat(all.path("tasks")).hasSize(6);
      assertThat(second.await("/api/tasks", answer -> answer.status() == 200).json())
          .isEqualTo(all);
      assertThat(held(first)).isNotEmpty().hasSizeLessThan(6);
      for (TargetTask task : tasks) {
        String path = "/api/tasks/" + task.getTaskId();
        assertThat(first.get(path).status()).isEqualTo(200);
        assertThat(first.get(path).json()).isEqualTo(second.get(path).json());
        String selected = path + "/selected?budget=5&format=jsonl";
        assertThat(first.get(selected).text()).isEqualTo(published(task, 5));
        assertThat(second.get(selected).text()).isEqualTo(published(task, 5));
      }
      assertThat(first.get("/api/jobs").json().path("jobs")).hasSize(6);
      assertThat(second.get("/api/jobs").json()).isEqualTo(first.get("/api/jobs").json());
      assertThat(second.get("/api/jobs?task=c").json().path("jobs")).hasSize(1);
    }
  }

  @Test
  void givenTwoInstances_whenCandidatesAreExplained_thenBothAnswerAsTheCommandDoes() {
    try (StreamsApp one = start("one");
        StreamsApp two = start("two")) {
      TargetTask task = stream.define("t", 1, 3, List.of(10, 30));
      stream.arrive(200);
      stream.awaitScored(task);
      ApiClient first = RunningApi.ready(one);
      ApiClient second = RunningApi.ready(two);
      Explanations command =
          new Explanations(
              KafkaAccess.of(
                  Map.of(
                      "bootstrap.servers", kafka.bootstrapServers(),
                      "schema.registry.url", kafka.schemaRegistry(),
                      "topic.prefix", kafka.topics().prefix())),
              new UnseenProgress());
      List<String> ids = new ArrayList<>(List.of("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"));
      ids.add(stream.selected(task).iterator().next().getCandidateId());
      ids.add("c%2F8/ 9");
      List<String> states = new ArrayList<>();
      for (String id : ids) {
        String path =
            "/api/tasks/t/explain?candidate=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        String expected = ExplanationJson.of(command.explain("t", id));

        assertThat(first.await(path, answer -> answer.status() == 200).text()).isEqualTo(expected);
        assertThat(second.await(path, answer -> answer.status() == 200).text()).isEqualTo(expected);
        states.add(first.get(path).json().path("state").asText());
      }

      assertThat(states).contains("selected", "not_selected").endsWith("unknown");
      assertThat(first.get("/api/tasks/t/explain").status()).isEqualTo(400);
      assertThat(first.get("/api/tasks/none/explain?candidate=c0").status()).isEqualTo(404);
    }
  }

  @Test
  void givenAnInstanceThatComesAndGoes_whenTheOtherIsAsked_thenItNeverReturnsIncompleteLists() {
    List<TargetTask> tasks =
        Stream.of("a", "b", "c", "d").map(id -> stream.define(id, 1, 2, List.of(5))).toList();
    stream.arrive(50);
    try (StreamsApp one = start("one")) {
      ApiClient api = RunningApi.ready(one);
      tasks.forEach(stream::awaitScored);
      Watch watch = new Watch(api, tasks);

      try (StreamsApp two = start("two")) {
        ApiClient other = new ApiClient(two.apiAddress().orElseThrow());
        watch.until(() -> other.get("/health/ready").status() == 200);
        watch.until(() -> held(other).size() > 0 && watch.allAnswered());
      }
      watch.until(() -> held(api).size() == tasks.size() && watch.allAnswered());

      assertThat(watch.wrong()).isEmpty();
    }
  }

  /** Asks one instance repeatedly while other instances come and go. */
  private static final class Watch {
    private final ApiClient api;
    private final List<TargetTask> tasks;
    private final List<String> wrong = new ArrayList<>();
    private boolean allAnswered;

    Watch(ApiClient api, List<TargetTask> tasks) {
      this.api = api;
      this.tasks = tasks;
    }

    void until(BooleanSupplier done) {
      Instant deadline = Instant.now().plusSeconds(60);
      do {
        assertThat(Instant.now()).isBefore(deadline);
        allAnswered = look("/api/tasks", tasks.size());
        for (TargetTask task : tasks) {
          String path = "/api/tasks/" + task.getTaskId();
          allAnswered &= look(path, 1) & look(path + "/selected", 5);
        }
      } while (!done.getAsBoolean());
    }

    boolean allAnswered() {
      return allAnswered;
    }

    List<String> wrong() {
      return wrong;
    }

    /** Whether the answer is complete. An incomplete one must be a 503 with a reason. */
    private boolean look(String path, int count) {
      ApiClient.Answer answer = api.get(path);
      boolean whole =
          answer.status() == 200
              && (answer.json().findValuesAsText("task").size() == count
                  || answer.json().path("selected").size() == count);
      boolean later =
          answer.status() == 503
              && !answer.reason().isEmpty()
              && answer.header("Retry-After").equals("1");
      if (!whole && !later) {
        wrong.add(path + ": " + answer);
      }
      return whole;
    }
  }

  private static List<String> held(ApiClient api) {
    return api.get("/api/tasks", "Sluice-Hop", "1").json().path("tasks").findValuesAsText("task");
  }

  private String published(TargetTask task, int budget) throws IOException {
    StringWriter out = new StringWriter();
    SubsetWriter.write(Subset.of(task, stream.selected(task), budget), out);
    return out.toString();
  }

  private StreamsApp start(String state) {
    return RunningApi.start(kafka, directory.resolve(state), Map.of());
  }
}
