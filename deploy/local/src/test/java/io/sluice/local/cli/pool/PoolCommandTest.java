package io.sluice.local.cli.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.cli.CommandRun;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.QueryRepresentation;
import io.sluice.schemas.QueryRepresentationKey;
import io.sluice.schemas.Representation;
import io.sluice.schemas.RepresentationKey;
import io.sluice.schemas.encoding.FeatureCodec;
import io.sluice.schemas.message.Candidates;
import io.sluice.schemas.message.Messages;
import io.sluice.schemas.serde.AvroSerdes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code pool} against a real broker. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class PoolCommandTest {
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
  void givenAPool_whenSelectedByTransport_thenTheMassesAreInOrderAndTheTopicsStayAsTheyAre()
      throws IOException {
    run("task", "put", write("task.json", TASK).toString());
    assertThat(run("pool", "sums", "--algorithm", "uot", "--budget", "2").err())
        .contains("0 of the 2 queries of task 'sums'");
    represent(0, 1, 0);
    represent(1, 0, 1);
    represent("far", -1, -1);
    represent("between", 1, 1);
    represent("first", 1, 0);

    CommandRun ran = run("pool", "sums", "--algorithm", "uot", "--budget", "2");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.out().lines())
        .hasSize(2)
        .allMatch(
            line -> line.endsWith("\"messages\":[{\"role\":\"assistant\",\"content\":\"ä\"}]}"));
    assertThat(ran.out().lines().toList().get(0))
        .startsWith("{\"rank\":0,\"candidate_id\":\"between\",\"mass\":0.");
    assertThat(ran.out().lines().toList().get(1)).contains("\"candidate_id\":\"first\"");
    assertThat(run("pool", "sums", "--algorithm", "uot", "--budget", "9").err())
        .contains("has only 3 candidates");
    assertThat(run("pool", "sums", "--algorithm", "knn-kde", "--budget", "2").err())
        .contains("at least 20", "not 3");
    assertThat(run("pool", "sums", "--algorithm", "round-robin", "--budget", "2").err())
        .contains("use uot or knn-kde", "selected");
    assertThat(run("pool", "sums", "--algorithm", "uot", "--budget", "0").err())
        .contains("--budget 0");
    assertThat(run("pool", "other", "--algorithm", "uot", "--budget", "2").err())
        .contains("no task 'other'");
  }

  private void represent(int query, float... vector) {
    send(
        kafka.topics().queryRepresentations(),
        serdes.<QueryRepresentationKey>key(),
        new QueryRepresentationKey("sums", 1, query),
        serdes.<QueryRepresentation>value(),
        new QueryRepresentation(
            "sums", 1, query, "default", "f", 8, List.of(1f), features(vector), "reference", ""));
  }

  private void represent(String id, float... vector) {
    send(
        kafka.topics().representations(),
        serdes.<RepresentationKey>key(),
        new RepresentationKey("default", id),
        serdes.<Representation>value(),
        Representation.newBuilder()
            .setRepresentationId("default")
            .setFingerprint("f")
            .setEncoding(FeatureEncoding.FLOAT32)
            .setDimension(8)
            .setCheckpoints(1)
            .setFeatures(features(vector))
            .setTokens(1)
            .setCandidate(Candidates.of(id, "", List.of(Messages.of("assistant", "ä"))))
            .build());
  }

  private static ByteBuffer features(float[] vector) {
    return FeatureCodec.encode(FeatureEncoding.FLOAT32, new float[][] {Arrays.copyOf(vector, 8)});
  }

  private <K, V> void send(String topic, Serde<K> keys, K key, Serde<V> values, V value) {
    try (var producer =
        new KafkaProducer<>(clientConfig(), keys.serializer(), values.serializer())) {
      producer.send(new ProducerRecord<>(topic, key, value));
    }
  }

  private Map<String, Object> clientConfig() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
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
