package io.sluice.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.Candidate;
import io.sluice.schemas.FineTuneJob;
import io.sluice.schemas.SelectedInstruction;
import io.sluice.schemas.SelectedKey;
import io.sluice.schemas.TaskStatus;
import io.sluice.schemas.TierStatus;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import io.sluice.schemas.topic.KeyPartitions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands that work on Kafka, against a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class ClientCommandsTest {
  private static final String TASK =
      """
      {"task": "sums", "budgets": [2, 3], "queries": [
        {"id": "q-a", "messages": [{"role": "user", "content": "1+1"}, {"role": "assistant", "content": "2"}]},
        {"id": "q-b", "messages": [{"role": "user", "content": "1+2"}, {"role": "assistant", "content": "3"}]}]}
      """;

  @TempDir Path folder;
  private TestKafka kafka;
  private AvroSerdes serdes;

  @BeforeEach
  void createTopics(TestKafka testKafka) throws InterruptedException {
    kafka = testKafka;
    serdes = AvroSerdes.forRegistry(kafka.schemaRegistry());
    kafka.createTopics(TopicSetup.SINGLE_NODE);
  }

  @Test
  void givenAFileWithBadLines_whenIngested_thenTheyAreReportedAndTheRestIsInKafka()
      throws IOException {
    String good = "{\"id\": \"%s\", \"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}";
    Path file =
        write("c.jsonl", good.formatted("a"), "{broken", good.formatted("b"), "{\"id\": \"c\"}");

    CommandRun ran = run("ingest", file.toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out().lines())
        .startsWith("2 candidates sent, 2 lines invalid", "  read as: messages 2")
        .hasSize(4);
    assertThat(ran.err()).contains("c.jsonl, line 2: not JSON", "c.jsonl, line 4: messages");
    assertThat(candidates().keySet()).containsExactly("a", "b");
    assertThat(run("ingest", file.toString(), "--skip-invalid", "--limit", "1").exitCode())
        .isZero();
  }

  @Test
  void givenAGzipFileThatWasCutOff_whenIngested_thenItFailsAndWhatWasReadIsInKafka()
      throws IOException {
    String line = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"%d\"}]}%n";
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      for (int i = 0; i < 1000; i++) {
        gzip.write(line.formatted(i * 7919).getBytes(StandardCharsets.UTF_8));
      }
    }
    Path file = folder.resolve("cut.jsonl.gz");
    Files.write(file, Arrays.copyOf(zipped.toByteArray(), zipped.size() - 100));

    CommandRun ran = run("ingest", file.toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err()).startsWith("sluice: " + file + " cannot be read to its end");
    assertThat(candidates()).isNotEmpty().hasSizeLessThan(1000);
  }

  @Test
  void givenATask_whenPutTwiceAndThenChanged_thenOnlyTheChangeIsANewRevision() throws IOException {
    String file = write("task.json", TASK).toString();

    assertThat(run("task", "put", file).out())
        .contains("task sums: revision 1, 2 queries, budgets [2, 3]");
    assertThat(run("task", "put", file).out()).contains("revision 1 (unchanged)");
    assertThat(run("task", "put", file, "--budget", "1,2,3").out())
        .contains("revision 2, 2 queries, budgets [1, 2, 3]");
    assertThat(run("task", "put", file, "--algorithm", "random:7").out())
        .contains("revision 3, 2 queries, budgets [2, 3], random:7");
    assertThat(run("task", "put", file, "--id", "other").out()).contains("task other: revision 1");
  }

  @Test
  void givenRecordsThatAreNoTasks_whenTasksAreListedAndPut_thenTheyArePassedOver()
      throws IOException {
    String topic = kafka.topics().targetTasks();
    Candidate stray =
        Candidates.of(
            "stray", "", List.of(Messages.of("user", "a"), Messages.of("assistant", "b")));
    send(topic, Serdes.String(), "junk", Serdes.String(), "no Avro");
    send(topic, Serdes.String(), "stray", serdes.<Candidate>value(), stray);

    String file = write("task.json", TASK).toString();
    assertThat(run("task", "put", file).out()).contains("task sums: revision 1");
    assertThat(run("task", "list").out().lines())
        .hasSize(3)
        .last()
        .isEqualTo("sums: no streams-app has reported on it yet: does 'sluice streams' run?");
  }

  @Test
  void givenTasksThatBreakTheRules_whenPut_thenRefusedWithTheReasonAndNothingIsWritten()
      throws IOException {
    String file = write("task.json", TASK).toString();
    String noQueries = write("none.json", "{\"task\": \"t\", \"queries\": []}").toString();

    assertThat(run("task", "put", file, "--budget", "0").err())
        .contains("budget 0 is out of range");
    assertThat(run("task", "put", file, "--budget", "100,50").err()).contains("sort budgets");
    assertThat(run("task", "put", file, "--min-pool-factor", "0.5").err())
        .contains("use 1 or more");
    assertThat(run("task", "put", file, "--algorithm", "best").err())
        .contains("unknown algorithm 'best': use round-robin, doubly-greedy, knn-uniform, random");
    assertThat(run("task", "put", noQueries).err()).contains("0 queries");
    assertThat(run("task", "put", noQueries).exitCode()).isEqualTo(1);
    assertThat(run("task", "list").out().lines()).hasSize(1);
  }

  @Test
  void givenTasksAndStatuses_whenListedAndRemoved_thenTheTableShowsThem() throws IOException {
    String file = write("task.json", TASK).toString();
    run("task", "put", file);
    run("task", "put", file, "--id", "waiting");
    send(kafka.topics().taskStatus(), Serdes.String(), "sums", serdes.value(), status());

    assertThat(run("task", "list").out().lines())
        .containsExactly(
            "TASK     REVISION  QUERIES  POOL  LEFT OUT  WAITING  FILLED",
            "sums     1         2        40    4         5        2/2 1/3",
            "waiting  1         2        -     -         -        0/2 0/3",
            "sums leaves out: max_tokens 1, where:source 3",
            "sums: 2 candidates of the pool share text with its queries or held-out examples",
            "waiting: no streams-app has reported on it yet: does 'sluice streams' run?");
    run("task", "put", file, "--budget", "7");
    assertThat(run("task", "list").out())
        .contains("sums: revision 2 is being prepared, while revision 1 is served");
    assertThat(run("task", "remove", "sums").exitCode()).isZero();
    assertThat(run("task", "remove", "sums").err()).contains("there is no task 'sums'");
    assertThat(run("task", "list").out()).doesNotContain("sums");
  }

  @Test
  void givenATaskThatWasRemoved_whenPutAgain_thenItsRevisionIsAboveAllItEverHad()
      throws IOException {
    Path file = write("task.json", TASK);
    run("task", "put", file.toString());
    assertThat(run("task", "put", file.toString(), "--budget", "7").out()).contains("revision 2");
    run("task", "remove", "sums");

    assertThat(run("task", "put", file.toString()).out()).contains("task sums: revision 3");
  }

  @Test
  void givenSelectedInstructions_whenASubsetIsRead_thenItIsInSelectionOrder() throws IOException {
    run("task", "put", write("task.json", TASK).toString());
    select("c", 0.5f, 0.4f);
    select("a", 0.9f, 0.1f);
    select("b", 0.2f, 0.8f);

    CommandRun ran = run("selected", "sums", "--budget", "2");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out().lines())
        .containsExactly(
            "{\"rank\":0,\"candidate_id\":\"a\",\"score\":0.9,\"query\":\"q-a\",\"messages\":"
                + "[{\"role\":\"assistant\",\"content\":\"ä\"}]}",
            "{\"rank\":1,\"candidate_id\":\"b\",\"score\":0.8,\"query\":\"q-b\",\"messages\":"
                + "[{\"role\":\"assistant\",\"content\":\"ä\"}]}");
    Path out = folder.resolve("out.jsonl");
    assertThat(run("selected", "sums", "--budget", "3", "--out", out.toString()).out()).isEmpty();
    assertThat(Files.readAllLines(out)).hasSize(3);
    assertThat(run("selected", "nothing", "--budget", "3").err()).contains("no task 'nothing'");
    assertThat(run("selected", "sums", "--budget", "4").err()).contains("budgets 1 to 3");
  }

  @Test
  void givenJobs_whenListed_thenTheyComeByTaskAndBudget() {
    send(kafka.topics().fineTuneJobs(), Serdes.String(), "j2", serdes.value(), job("j2", 100));
    send(kafka.topics().fineTuneJobs(), Serdes.String(), "j1", serdes.value(), job("j1", 50));

    assertThat(run("jobs").out().lines())
        .containsExactly(
            "TASK  REVISION  BUDGET  SEQUENCE  TRIGGER  STATE  POOL  FIRED                 JOB",
            "sums  1         50      0         full     open   1234  1970-01-01T00:00:00Z  j1",
            "sums  1         100     0         full     open   1234  1970-01-01T00:00:00Z  j2");
  }

  @Test
  void givenAnotherTopicPrefix_whenRead_thenTheMessageNamesTheMissingTopic() {
    assertThat(run("jobs", "--topic-prefix", "absent.").err())
        .contains("absent.fine-tune-jobs does not exist", "topic prefix");
  }

  @Test
  void givenNoRegistry_whenATaskIsPut_thenTheMessageNamesItsAddress() throws IOException {
    String file = write("task.json", TASK).toString();

    CommandRun ran = run("task", "put", file, "--schema-registry", "http://127.0.0.1:1");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.err())
        .startsWith(
            "sluice: the schema registry at http://127.0.0.1:1 cannot be reached, nothing accepts"
                + " connections there")
        .hasLineCount(1);
  }

  private void select(String id, float first, float second) {
    SelectedInstruction instruction =
        SelectedInstruction.newBuilder()
            .setTaskId("sums")
            .setRevision(1)
            .setCandidateId(id)
            .setTier(3)
            .setScore(Math.max(first, second))
            .setBestQuery(0)
            .setScores(List.of(first, second))
            .setMessages(List.of(Messages.of("assistant", "ä")))
            .build();
    Serde<SelectedKey> keys = serdes.key();
    Serde<SelectedInstruction> values = serdes.value();
    int partition = KeyPartitions.partitionFor("sums", TopicSetup.SINGLE_NODE.taskPartitions());
    try (var producer =
        new KafkaProducer<>(clientConfig(), keys.serializer(), values.serializer())) {
      producer.send(
          new ProducerRecord<>(
              kafka.topics().selected(), partition, new SelectedKey("sums", id), instruction));
    }
  }

  private <K, V> void send(String topic, Serde<K> keys, K key, Serde<V> values, V value) {
    try (var producer =
        new KafkaProducer<>(clientConfig(), keys.serializer(), values.serializer())) {
      producer.send(new ProducerRecord<>(topic, key, value));
    }
  }

  private Map<String, Candidate> candidates() {
    Serde<Candidate> values = serdes.value();
    Map<String, Candidate> found = new TreeMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            clientConfig(), Serdes.String().deserializer(), values.deserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(kafka.topics().candidates()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> found.put(r.key(), r.value()));
      }
    }
    return found;
  }

  private Map<String, Object> clientConfig() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  private static TaskStatus status() {
    return TaskStatus.newBuilder()
        .setTaskId("sums")
        .setRevision(1)
        .setQueries(2)
        .setPool(40)
        .setWaiting(5)
        .setNominated(4)
        .setSelected(1)
        .setTiers(
            List.of(
                new TierStatus(2, 2, 0, 1.0, false, 0L, false),
                new TierStatus(3, 1, 0, 1.0, false, 0L, false)))
        .setLeftOut(Map.of("where:source", 3L, "max_tokens", 1L))
        .setLeaks(2)
        .build();
  }

  private static FineTuneJob job(String id, int budget) {
    return FineTuneJob.newBuilder()
        .setJobId(id)
        .setTaskId("sums")
        .setRevision(1)
        .setRepresentationId("default")
        .setAlgorithm("round-robin")
        .setBudget(budget)
        .setSequence(0)
        .setExamples(budget)
        .setPoolSize(1234)
        .setDatasetChecksum("")
        .build();
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** Runs a command on the test's Kafka, with the options that it does not give itself. */
  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    Map.of(
            "--bootstrap-servers", kafka.bootstrapServers(),
            "--schema-registry", kafka.schemaRegistry(),
            "--topic-prefix", kafka.topics().prefix())
        .forEach(
            (option, value) -> {
              if (!all.contains(option)) {
                all.addAll(List.of(option, value));
              }
            });
    return CommandRun.of(all.toArray(String[]::new));
  }
}
