package io.sluice.local.cluster;

import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.local.bundled.BundledData;
import io.sluice.local.bundled.BundledModel;
import io.sluice.local.cli.CommandRun;
import io.sluice.local.crash.Inputs;
import io.sluice.local.endtoend.ApiClient;
import io.sluice.local.endtoend.TopicClient;
import io.sluice.local.process.RestartableProcess;
import io.sluice.local.security.Permission;
import io.sluice.local.security.Role;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.client.DeadLetterReplay;
import io.sluice.streams.testing.BatchSelection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything runs on a secured cluster of three brokers, one of which is killed meanwhile; each
 * service has a user who may do what {@link Role} declares and nothing else.
 */
@Tag("slow")
class SecuredClusterTest {
  private static final Topics TOPICS = Topics.withDefaultPrefix();
  private static final String TASK = "arithmetic";
  private static final int BUDGET = 10;
  private static final int CANDIDATES = 150;
  private static final int BY_HTTP = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private SecuredCluster cluster;
  private Users users;
  private Services services;

  @BeforeEach
  void start() throws Exception {
    cluster = SecuredCluster.start(Files.createDirectories(folder.resolve("cluster")));
    users = Users.addTo(cluster);
    services = Services.of(cluster, BundledModel.write(folder.resolve("model")), folder);
  }

  @AfterEach
  void stop() {
    Optional.ofNullable(services).ifPresent(Services::close);
    Optional.ofNullable(cluster).ifPresent(SecuredCluster::close);
  }

  @Test
  void givenExactlyTheDeclaredPermissions_whenAllServicesRun_thenAllIsExactAndEachIsNeeded()
      throws Exception {
    createTopics();
    services.start();
    services.awaitReady();
    putTaskTwice();
    send();
    RestartableProcess broker = cluster.brokers().get(0);
    broker.kill();
    assertSubsetIsBatch();
    broker.start();
    cluster.awaitBrokers();

    String job = awaitFinished(0);
    assertReadersSee(job);
    assertPageSees(job);
    fireAndCancel();
    assertDamagedRecordsAreDeadLetters();
    replay();
    assertThat(run(Role.CURATOR, "task", "remove", TASK)).isNotEmpty();

    services.requireAlive();
    assertInternalTopicsAreReplicated();
    assertEachPermissionIsNeeded();
    assertServicesSayWhatTheyLack();
  }

  private void createTopics() throws IOException {
    for (int run = 0; run < 2; run++) {
      run(Role.TOPICS, "topics", "--shards=3", "--replication-factor=3");
    }
  }

  /** The second revision is of another budget, so that the worker retracts queries of the first. */
  private void putTaskTwice() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    BundledData.write(data);
    ObjectNode task = (ObjectNode) JSON.readTree(data.resolve("target-" + TASK + ".json").toFile());
    task.putObject("hyper_parameters")
        .put("epochs", 1)
        .put("batch_size", 4)
        .put("learning_rate", 1e-3)
        .put("max_length", 128)
        .put("lora_rank", 4)
        .put("lora_alpha", 8);
    task.putArray("budgets").add(BUDGET / 2);
    ApiClient.Answer put =
        services
            .api()
            .put("/api/tasks/" + TASK, task.toString(), "Content-Type", "application/json");
    assertThat(put.status()).as(put.toString()).isEqualTo(200);
    services.api().await("/api/tasks/" + TASK, answer -> answer.status() == 200);
    task.putArray("budgets").add(BUDGET);
    Path file = Files.writeString(folder.resolve("task.json"), task.toString());
    run(Role.CURATOR, "task", "put", file.toString());
  }

  private void send() throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(folder.resolve("data/candidates.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
      reader.lines().limit(CANDIDATES).forEach(lines::add);
    }
    Path file = Files.write(folder.resolve("candidates.jsonl"), lines.subList(BY_HTTP, CANDIDATES));
    run(Role.SENDER, "ingest", file.toString());
    ApiClient.Answer posted =
        services
            .api()
            .post(
                "/api/candidates",
                BodyPublishers.ofString(String.join("\n", lines.subList(0, BY_HTTP))),
                "Content-Type",
                "application/x-ndjson");
    assertThat(posted.json().path("accepted").asInt()).as(posted.toString()).isEqualTo(BY_HTTP);
  }

  private void assertSubsetIsBatch() throws IOException {
    services
        .api()
        .await(
            "/api/tasks/" + TASK,
            answer ->
                answer.json().path("revision").asInt() == 2
                    && answer.json().path("pool").asInt() == CANDIDATES
                    && answer.json().path("waiting").asInt() == 0);
    List<String> expected;
    try (TopicClient kafka = new TopicClient(cluster.kafkaConnection(SecuredCluster.ADMIN))) {
      KafkaAccess access = KafkaAccess.of(cluster.connection(SecuredCluster.ADMIN));
      Inputs inputs = Inputs.read(kafka, TOPICS, access.serdes());
      TargetTask task = inputs.tasks().get(TASK);
      Map<String, float[]> rows = inputs.scoreRows(task);
      assertThat(rows).hasSize(CANDIDATES);
      expected = List.copyOf(BatchSelection.tiers(task, rows).keySet());
    }
    String byHttp = services.api().get("/api/tasks/" + TASK + "/selected?format=jsonl").text();
    assertThat(ids(byHttp)).isEqualTo(expected).hasSize(BUDGET);
    assertThat(ids(run(Role.READER, "selected", TASK, "--budget=" + BUDGET))).isEqualTo(expected);
  }

  private static List<String> ids(String lines) throws IOException {
    List<String> ids = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      ids.add(JSON.readTree(line).path("candidate_id").asText());
    }
    return ids;
  }

  /** Waits until the trainer has finished a job, and returns its id. */
  private String awaitFinished(int number) {
    String path = "/api/jobs?task=" + TASK;
    JsonNode job =
        services
            .api()
            .await(
                path,
                answer ->
                    !answer
                        .json()
                        .path("jobs")
                        .path(number)
                        .path("state")
                        .asText("open")
                        .equals("open"))
            .json()
            .path("jobs")
            .path(number);
    assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("finished");
    return job.path("job").asText();
  }

  private void assertReadersSee(String job) throws IOException {
    assertThat(run(Role.READER, "task", "list")).contains(TASK);
    assertThat(run(Role.READER, "verify", TASK))
        .contains("is equal to what the batch rule selects");
    assertThat(run(Role.READER, "explain", TASK, "nobody")).contains(": unknown");
    assertThat(services.api().get("/api/tasks/" + TASK + "/explain?candidate=nobody").text())
        .contains("\"state\":\"unknown\"");
    assertThat(run(Role.READER, "jobs")).contains(job).contains("finished");
    assertThat(run(Role.READER, "jobs", "show", job)).contains("\"FINISHED\"");
    assertThat(run(Role.READER, "results", TASK)).contains("random");
    Path out = folder.resolve("dataset");
    run(Role.READER, "dataset", job, "--out=" + out);
    assertThat(Files.readAllLines(out.resolve("train.jsonl"))).hasSize(BUDGET);
  }

  /** What the page asks for beyond the state of the streams-app. */
  private void assertPageSees(String job) {
    ApiClient api = services.api();
    Role.Names names = Role.Names.byDefault();
    api.await(
        "/api/overview",
        answer ->
            answer.status() == 200
                && answer.text().contains(names.workerGroup())
                && answer.text().contains(names.trainerGroup()));
    api.await(
        "/api/tasks/" + TASK + "/changes",
        answer -> answer.status() == 200 && !answer.json().path("publications").isEmpty());
    assertThat(api.get("/api/jobs/" + job + "/download").text().lines()).isNotEmpty();
  }

  private void fireAndCancel() throws IOException {
    String budget = "?budget=" + BUDGET;
    ApiClient.Answer fired =
        services.api().post("/api/tasks/" + TASK + "/jobs" + budget, BodyPublishers.noBody());
    assertThat(fired.status()).as(fired.toString()).isEqualTo(201);
    awaitFinished(1);
    String job = run(Role.CURATOR, "jobs", "fire", TASK, "--budget=" + BUDGET).strip();
    awaitFinished(2);
    CommandRun late =
        CommandRun.of("jobs", "cancel", job, "--config=" + users.connectionFile(Role.CURATOR));
    assertThat(late.err()).contains("has already ended");
  }

  /**
   * Each service meets records that it cannot use, and makes them dead letters. There are two in a
   * partition, so that a replay has to read what comes after the first one.
   */
  private void assertDamagedRecordsAreDeadLetters() throws InterruptedException {
    try (TopicClient kafka = new TopicClient(cluster.kafkaConnection(SecuredCluster.ADMIN))) {
      for (String topic : DeadLetterReplay.topics(TOPICS)) {
        for (String text : List.of("not avro", "not avro either")) {
          byte[] junk = text.getBytes(StandardCharsets.UTF_8);
          kafka.write(topic, Serdes.ByteArray(), Serdes.ByteArray(), junk, junk, Optional.of(0));
        }
      }
      kafka.flush();
      Instant deadline = Instant.now().plusSeconds(120);
      // The worker and the streams-app each report the target tasks.
      while (kafka.readAll(TOPICS.deadLetters()).size() < 12) {
        services.requireAlive();
        assertThat(Instant.now()).as("time of waiting for dead letters").isBefore(deadline);
        Thread.sleep(200);
      }
    }
  }

  private void replay() throws IOException {
    assertThat(run(Role.READER, "dead-letters", "list")).contains(TOPICS.candidates());
    assertThat(run(Role.READER, "dead-letters", "show", "--limit=1")).contains("replay   possible");
    assertThat(run(Role.REPLAYER, "dead-letters", "replay", "--dry-run"))
        .contains("10 records would be sent, and none was");
    assertThat(run(Role.REPLAYER, "dead-letters", "replay", "--confirm=10"))
        .contains("10 of 10 records sent");
  }

  /** No service was refused anything, and each would be without any one of its permissions. */
  private void assertEachPermissionIsNeeded() throws IOException {
    Set<Decision> decisions = cluster.decisions();
    Map<String, Set<Permission>> permissions = users.permissions();
    assertThat(decisions)
        .filteredOn(decision -> permissions.containsKey(decision.user()) && !decision.allowed())
        .as("what was refused")
        .isEmpty();
    permissions.forEach(
        (user, all) ->
            assertThat(
                    Usage.superfluous(
                        all,
                        decisions.stream()
                            .filter(decision -> decision.user().equals(user))
                            .toList()))
                .as("permissions of %s without which all works too", user)
                .isEmpty());
  }

  private void assertInternalTopicsAreReplicated() throws Exception {
    try (Admin admin = cluster.admin()) {
      List<String> internal =
          admin.listTopics().names().get().stream()
              .filter(name -> name.startsWith("sluice-streams-"))
              .toList();
      assertThat(internal).hasSizeGreaterThan(10);
      admin
          .describeTopics(internal)
          .allTopicNames()
          .get()
          .values()
          .forEach(
              topic ->
                  assertThat(topic.partitions())
                      .as(topic.name())
                      .allSatisfy(partition -> assertThat(partition.replicas()).hasSize(3)));
      List<ConfigResource> resources =
          internal.stream()
              .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
              .toList();
      assertThat(admin.describeConfigs(resources).all().get().values())
          .allSatisfy(
              config -> assertThat(config.get("min.insync.replicas").value()).isEqualTo("2"));
    }
  }

  /** Services and commands that lack a permission end, and name what they may not use. */
  private void assertServicesSayWhatTheyLack() throws Exception {
    Role.Names names = Role.Names.byDefault();
    users.revoke(Role.SENDER, WRITE, TOPICS.candidates());

    assertThat(failureWithout(services.worker(), Role.WORKER, WRITE, TOPICS.deadLetters()))
        .contains(TOPICS.deadLetters());
    assertThat(failureWithout(services.streams(), Role.STREAMS, READ, TOPICS.representations()))
        .contains(TOPICS.representations());
    assertThat(failureWithout(services.trainer(), Role.TRAINER, READ, names.trainerGroup()))
        .contains(names.trainerGroup());
    CommandRun ingest =
        CommandRun.of(
            "ingest",
            folder.resolve("candidates.jsonl").toString(),
            "--config=" + users.connectionFile(Role.SENDER));
    assertThat(ingest.exitCode()).isEqualTo(1);
    assertThat(ingest.err()).contains(TOPICS.candidates());
  }

  /** Takes a permission away while the service is down, and returns what it says in the end. */
  private String failureWithout(
      RestartableProcess service, Role role, AclOperation operation, String resource)
      throws Exception {
    service.kill();
    users.revoke(role, operation, resource);
    service.start();
    return service.awaitFailure(180);
  }

  /** Runs a command in this JVM with the user of a role, and returns what it prints. */
  private String run(Role role, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--config=" + users.connectionFile(role));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertThat(run.exitCode()).as("%s: %s%s", List.of(args), run.out(), run.err()).isZero();
    return run.out();
  }
}
