package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.cli.Sluice;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Arm;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.FineTuneState;
import io.sluice.schemas.Query;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.message.Queries;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.client.TargetTasks;
import io.sluice.streams.config.StreamsAppConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests job commands and the jobs of the HTTP API against a real broker and a running streams-app.
 */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class FineTuneJobsTest {
  private static final int SHARDS = 2;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;
  private TestKafka kafka;
  private SyntheticStream stream;
  private StreamsApp app;
  private ApiClient api;

  @BeforeEach
  void startWithAJob(TestKafka testKafka) throws InterruptedException {
    kafka = testKafka;
    kafka.createTopics(new TopicSetup(SHARDS, 2));
    stream = new SyntheticStream(kafka, SHARDS);
    app =
        StreamsApp.start(
            new StreamsAppConfig(
                Map.of(
                    "bootstrap.servers", kafka.bootstrapServers(),
                    "schema.registry.url", kafka.schemaRegistry(),
                    "topic.prefix", kafka.topics().prefix(),
                    "application.id", kafka.topics().prefix() + "streams",
                    "state.dir", directory.resolve("state").toString(),
                    "http.port", "0")));
    api = new ApiClient(app.apiAddress().orElseThrow());
    TargetTask task = new TargetTasks(access()).put(task()).task();
    stream.represent(task);
    stream.arrive(60);
    stream.awaitScored(task);
  }

  @AfterEach
  void close() {
    app.close();
    stream.close();
  }

  @Test
  void givenAFiredJob_whenCancelledAndFiredByHand_thenTheCommandsReportTheResults()
      throws IOException {
    String first = jobs().get(0).get(8);
    assertThat(jobs().get(0)).startsWith("t", "1", "5", "0", "full", "open");

    assertThat(run("jobs", "fire", "t", "--budget", "5").err())
        .isEqualTo(
            "sluice: task 't': a job for budget 5 is open: wait until it has ended, or cancel it");
    assertThat(run("jobs", "cancel", first).out()).isEqualTo(first + " cancelled");
    assertThat(run("jobs", "cancel", first).err())
        .contains("has already ended: its state is CANCELLED");
    assertThat(run("jobs", "cancel", "none").err()).contains("no job 'none'");
    assertThat(run("jobs", "fire", "t", "--budget", "6").err()).contains("its budgets are [5]");
    Ran fired = run("jobs", "fire", "t", "--budget", "5");

    assertThat(fired.exitCode()).isZero();
    assertThat(jobs()).extracting(row -> row.get(5)).containsExactly("cancelled", "open");
    assertThat(jobs().get(1))
        .startsWith("t", "1", "5", "1", "manual", "open")
        .contains(fired.out());
    JsonNode shown = shown(fired.out());
    assertThat(shown.path("job").path("trigger").asText()).isEqualTo("MANUAL");
    assertThat(shown.has("result")).isFalse();
  }

  @Test
  void givenReportsOfATrainer_whenTheJobIsShown_thenItHasTheReportedState() throws IOException {
    String job = jobs().get(0).get(8);

    report(job, FineTuneState.STARTED);
    assertThat(jobs().get(0).get(5)).isEqualTo("started");
    report(job, FineTuneState.FINISHED);
    JsonNode shown = shown(job);
    for (Instant end = Instant.now().plusSeconds(60);
        shown.path("job").path("state").asText().equals("OPEN") && Instant.now().isBefore(end); ) {
      shown = shown(job);
    }

    assertThat(shown.path("job").path("state").asText()).isEqualTo("FINISHED");
    assertThat(shown.path("job").path("detail").asText()).isEqualTo("by the test");
    assertThat(shown.path("result").path("detail").asText()).isEqualTo("by the test");
  }

  @Test
  void givenAJob_whenItsDatasetIsWritten_thenItIsTheSubsetAndExistingFoldersAreRefused()
      throws IOException {
    String job = jobs().get(0).get(8);
    Path out = directory.resolve("dataset");

    Ran ran = run("dataset", job, "--out", out.toString(), "--format", "both");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).isEqualTo("job %s, 5 examples selected: %s", job, out);
    List<JsonNode> train = lines(out.resolve("train.jsonl"));
    List<String> selected =
        api.get("/api/tasks/t/selected?format=jsonl&budget=5").text().lines().toList();
    assertThat(train).hasSize(5);
    for (int i = 0; i < 5; i++) {
      assertThat(train.get(i).path("messages"))
          .isEqualTo(JSON.readTree(selected.get(i)).path("messages"));
    }
    assertThat(lines(out.resolve("random.jsonl"))).hasSize(5);
    assertThat(lines(out.resolve("queries.jsonl"))).hasSize(2);
    assertThat(lines(out.resolve("held-out.jsonl"))).hasSize(1);
    assertThat(out.resolve("train.parquet")).exists();
    assertThat(out.resolve("trl")).doesNotExist();
    Path model = BundledModel.write(directory.resolve("model")).base();
    Path trainers = directory.resolve("trainers");
    Ran withModel = run("dataset", job, "--out", trainers.toString(), "--model", model.toString());
    assertThat(withModel.exitCode()).as(withModel.err()).isZero();
    assertThat(lines(trainers.resolve("trl/train.jsonl"))).hasSize(5);
    assertThat(lines(trainers.resolve("axolotl/train.jsonl"))).hasSize(5);
    assertThat(lines(trainers.resolve("llama-factory/train.jsonl"))).hasSize(5);
    assertThat(trainers.resolve("trl/chat_template.jinja")).exists();
    assertThat(run("dataset", job, "--out", out.toString()).err()).contains("exists: give --out");
    assertThat(run("dataset", "none", "--out", "x").err()).contains("no job 'none'");
  }

  @Test
  void givenTheApi_whenJobsAreFiredAndCancelled_thenItBehavesLikeTheCommandLine() {
    String first = api.get("/api/jobs").json().path("jobs").get(0).path("job").asText();

    ApiClient.Answer refused = fire("t", "?budget=5");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.reason()).contains("is open");
    ApiClient.Answer cancelled = api.delete("/api/jobs/" + first);
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json().path("state").asText()).isEqualTo("cancelled");
    ApiClient.Answer fired = fire("t", "?budget=5");

    assertThat(fired.status()).isEqualTo(201);
    assertThat(fired.json().path("trigger").asText()).isEqualTo("manual");
    assertThat(fired.json().path("controls")).hasSize(2);
    assertThat(fired.json().path("hyper_parameters").path("lora_rank").asInt()).isEqualTo(128);
    assertThat(fire("t", "").status()).isEqualTo(400);
    assertThat(fire("none", "?budget=5").reason()).contains("no task 'none'");
    assertThat(api.delete("/api/jobs/none").status()).isEqualTo(404);
  }

  private JsonNode shown(String job) throws IOException {
    return JSON.readTree(run("jobs", "show", job).out());
  }

  private ApiClient.Answer fire(String task, String query) {
    return api.post("/api/tasks/" + task + "/jobs" + query, BodyPublishers.noBody());
  }

  /** The cells of each row that {@code jobs} prints. */
  private List<List<String>> jobs() {
    return run("jobs").out().lines().skip(1).map(line -> List.of(line.split(" +"))).toList();
  }

  private void report(String job, FineTuneState state) {
    FineTuneResult result =
        FineTuneResult.newBuilder()
            .setJobId(job)
            .setTaskId("t")
            .setState(state)
            .setDetail("by the test")
            .setReportedAt(Instant.now().toEpochMilli())
            .build();
    try (TopicClient topics = new TopicClient(kafka.bootstrapServers())) {
      topics.write(
          kafka.topics().fineTuneResults(),
          Serdes.String(),
          access().serdes().<FineTuneResult>value(),
          job,
          result,
          Optional.empty());
      topics.flush();
    }
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      objects.add(JSON.readTree(line));
    }
    return objects;
  }

  private static TargetTask task() {
    return TargetTask.newBuilder()
        .setTaskId("t")
        .setRevision(1)
        .setBudgets(List.of(5))
        .setControls(List.of(Arm.NONE, Arm.RANDOM))
        .setQueries(List.of(query("q0"), query("q1")))
        .setHeldOut(List.of(query("h0")))
        .build();
  }

  private static Query query(String id) {
    return Queries.of(id, List.of(Messages.of("user", "u"), Messages.of("assistant", id)));
  }

  private KafkaAccess access() {
    return KafkaAccess.of(
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "schema.registry.url",
            kafka.schemaRegistry(),
            "topic.prefix",
            kafka.topics().prefix()));
  }

  private record Ran(int exitCode, String out, String err) {}

  private Ran run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--bootstrap-servers", kafka.bootstrapServers(),
            "--schema-registry", kafka.schemaRegistry(),
            "--topic-prefix", kafka.topics().prefix()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString().strip(), err.toString().strip());
  }
}
