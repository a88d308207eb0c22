package io.sluice.local.page;

import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.local.cli.CommandRun;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.endtoend.TopicClient;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.process.FreePort;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.FineTuneResult;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A streams-app with its page, and a worker without a model, on the broker of the tests. Each of
 * them can be stopped and started again.
 */
final class PageServices implements AutoCloseable {
  /** What writing needs. */
  static final String TOKEN = "let-me-write";

  private static final String[] JSON = {
    "Content-Type", "application/json", "Authorization", "Bearer " + TOKEN
  };
  private static final String[] LINES = {
    "Content-Type", "application/x-ndjson", "Authorization", "Bearer " + TOKEN
  };

  private final TestKafka kafka;
  private final Path directory;
  private final int port = FreePort.next();
  private StreamsApp app;
  private RepresentationWorker worker;

  PageServices(TestKafka kafka, Path directory) throws InterruptedException {
    this(kafka, directory, 2);
  }

  /** Starts them with as many shards of the pool as wanted. */
  PageServices(TestKafka kafka, Path directory, int shards) throws InterruptedException {
    this.kafka = kafka;
    this.directory = directory;
    kafka.createTopics(new TopicSetup(shards, 2));
    startApp();
    startWorker();
  }

  void startApp() {
    app =
        StreamsApp.start(
            new StreamsAppConfig(
                Map.of(
                    "bootstrap.servers", kafka.bootstrapServers(),
                    "schema.registry.url", kafka.schemaRegistry(),
                    "topic.prefix", kafka.topics().prefix(),
                    "application.id", kafka.topics().prefix() + "streams",
                    "state.dir", directory.resolve("state").toString(),
                    "http.port", Integer.toString(port),
                    "http.token", TOKEN)));
  }

  void stopApp() {
    app.close();
  }

  void startWorker() {
    worker =
        new RepresentationWorker(
            new WorkerConfig(
                Map.of(
                    "bootstrap.servers",
                    kafka.bootstrapServers(),
                    "schema.registry.url",
                    kafka.schemaRegistry(),
                    "topic.prefix",
                    kafka.topics().prefix(),
                    "group.id",
                    kafka.topics().prefix() + "worker",
                    "model.dir",
                    "unused",
                    "checkpoint.dirs",
                    "unused",
                    "heartbeat.interval.ms",
                    "200")),
            new FakeRepresenter());
    worker.start();
  }

  void stopWorker() {
    worker.close();
  }

  /** The address of the page. */
  URI page() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Fires a job of a task, and returns its id. */
  String fire(String task, int budget) {
    ApiClient.Answer answer =
        api()
            .post(
                "/api/tasks/%s/jobs?budget=%d".formatted(task, budget),
                BodyPublishers.noBody(),
                "Authorization",
                "Bearer " + TOKEN);
    if (answer.status() != 201) {
      throw new AssertionError(answer.toString());
    }
    return answer.json().path("job").asText();
  }

  /** Publishes what a trainer has to report of a job. */
  void report(FineTuneResult report) {
    try (TopicClient topics = new TopicClient(kafka.bootstrapServers())) {
      topics.write(
          kafka.topics().fineTuneResults(),
          Serdes.String(),
          AvroSerdes.forRegistry(kafka.schemaRegistry()).<FineTuneResult>value(),
          report.getJobId(),
          report,
          Optional.empty());
      topics.flush();
    }
  }

  /** Runs a command that reads the topics of the services. */
  CommandRun command(String... words) {
    return CommandRun.of(
        Stream.concat(
                Stream.of(words),
                Stream.of(
                    "--bootstrap-servers",
                    kafka.bootstrapServers(),
                    "--schema-registry",
                    kafka.schemaRegistry(),
                    "--topic-prefix",
                    kafka.topics().prefix()))
            .toArray(String[]::new));
  }

  ApiClient api() {
    return new ApiClient(page());
  }

  /** Puts a task with as many queries as wanted. */
  void put(String task, int queries, List<Integer> budgets) {
    put(task, queries, budgets, "");
  }

  /**
   * Puts a task with as many queries as wanted.
   *
   * @param more further fields of the task in JSON, each with a comma behind it
   */
  void put(String task, int queries, List<Integer> budgets, String more) {
    String body =
        "{\"task\": \"%s\", \"budgets\": %s, %s \"min_pool_factor\": 1000, \"queries\": [%s]}"
            .formatted(task, budgets, more, String.join(",", queries(task, queries)));
    ApiClient.Answer answer = api().put("/api/tasks/" + task, body, JSON);
    if (answer.status() != 200) {
      throw new AssertionError(answer.toString());
    }
  }

  /** Queries as JSON, one object each. */
  static List<String> queries(String task, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            q ->
                "{\"id\": \"%1$s-q%2$d\", \"messages\": [{\"role\": \"user\", \"content\": \"Question %2$d\"}, {\"role\": \"assistant\", \"content\": \"Answer %2$d\"}]}"
                    .formatted(task, q))
        .toList();
  }

  /** Sends candidates with the ids PREFIX0, PREFIX1, ... */
  void send(String prefix, int count) {
    send(
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    "{\"id\": \"%1$s%2$d\", \"source\": \"source-%3$d\", \"messages\": [{\"role\": \"user\", \"content\": \"Ask %1$s %2$d\"}, {\"role\": \"assistant\", \"content\": \"Say %2$d\"}]}\n"
                        .formatted(prefix, i, i % 3))
            .collect(Collectors.joining()));
  }

  /** Sends candidates in JSON lines. */
  void send(String lines) {
    ApiClient.Answer answer = api().post("/api/candidates", BodyPublishers.ofString(lines), LINES);
    if (answer.status() != 200 || answer.json().path("rejected").asInt() > 0) {
      throw new AssertionError(answer.toString());
    }
  }

  /** Waits until the largest subset of a task has so many candidates. */
  void awaitSelected(String task, int selected) {
    api()
        .await(
            "/api/tasks/" + task,
            answer ->
                answer.status() == 200 && answer.json().path("selected").asInt(-1) == selected);
  }

  /** The number of candidates that a task has scored. */
  int pool(String task) {
    return api().get("/api/tasks/" + task).json().path("pool").asInt();
  }

  /**
   * Waits until a task has scored so many candidates. Before all that were sent are scored, even a
   * full subset can change.
   */
  void awaitPool(String task, int pool) {
    api()
        .await(
            "/api/tasks/" + task,
            answer -> answer.status() == 200 && answer.json().path("pool").asInt(-1) == pool);
  }

  @Override
  public void close() {
    worker.close();
    app.close();
  }
}
