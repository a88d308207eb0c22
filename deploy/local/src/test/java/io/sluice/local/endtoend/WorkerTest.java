package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.service.ServiceConfig;
import io.sluice.gpuworker.service.ServiceFailure;
import io.sluice.gpuworker.testing.FakeRepresenter;
import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Representation;
import io.sluice.schemas.connection.ConnectionSettings;
import io.sluice.schemas.encoding.FeatureCodec;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests workers on a real broker: every example is represented or becomes a dead letter. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class WorkerTest {
  private WorkerTopics topics;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    topics = new WorkerTopics(kafka);
  }

  @AfterEach
  void closeTopics() {
    topics.close();
  }

  @Test
  void
      givenUnusableRepeatedAndRetractedCandidates_whenDrained_thenExactlyTheOthersAreRepresented() {
    for (int i = 0; i < 300; i++) {
      topics.put("c" + i, i % 50 == 7 ? "unusable" : "Answer " + i + ".");
      if (i % 100 == 3) {
        topics.putRaw("junk" + i, "{}");
      }
      if (i % 10 == 0) {
        topics.put("c" + i, "Answer " + i + ".");
      }
    }
    topics.retract("c1");
    topics.retract("c2");
    topics.retract("never seen");

    try (RepresentationWorker worker = topics.worker(new FakeRepresenter(), Map.of())) {
      worker.start();
      WorkerTopics.await(() -> worker.progress().candidatesSeen() == 300 + 3 + 30 + 3);
    }

    TreeSet<String> expected = new TreeSet<>(WorkerTopics.ids(300));
    expected.removeAll(List.of("c1", "c2"));
    expected.removeIf(id -> Integer.parseInt(id.substring(1)) % 50 == 7);
    Map<String, Representation> represented = topics.represented();
    assertThat(represented.keySet()).isEqualTo(expected);
    assertThat(represented.values())
        .allSatisfy(
            representation ->
                assertThat(representation.getFeatures())
                    .isEqualTo(
                        FeatureCodec.encode(
                            FeatureEncoding.SIGN,
                            FakeRepresenter.rows(representation.getCandidate().getId()))));
    assertThat(topics.deadLetterKeys())
        .containsExactlyInAnyOrder(
            "junk3", "junk103", "junk203", "c7", "c57", "c107", "c157", "c207", "c257");
  }

  @Test
  void givenATaskThatIsReplacedAndRemoved_whenProcessed_thenOnlyCurrentQueriesAreRepresented() {
    try (RepresentationWorker worker = topics.worker(new FakeRepresenter(), Map.of())) {
      worker.start();
      topics.put(WorkerTopics.task("maths", 1, "One.", "Two.", "Three."));
      topics.put(WorkerTopics.task("broken", 1, "One.", "unusable"));
      WorkerTopics.await(
          () ->
              topics.liveQueries().equals(Map.of("maths 1 0", 1, "maths 1 1", 1, "maths 1 2", 1)));

      topics.put(WorkerTopics.task("maths", 2, "One.", "Two."));
      WorkerTopics.await(() -> topics.liveQueries().equals(Map.of("maths 2 0", 2, "maths 2 1", 2)));

      topics.removeTask("maths");
      WorkerTopics.await(() -> topics.liveQueries().isEmpty());
      assertThat(worker.progress().tasksRepresented()).isEqualTo(2);
    }
    assertThat(topics.deadLetterKeys()).containsExactly("broken");
  }

  @Test
  void givenAMetricsPort_whenTheWorkerRuns_thenItServesMetricsAndHealthOnLoopback()
      throws Exception {
    WorkerTopics.ids(40).forEach(id -> topics.put(id, "Answer."));
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest metrics;

    try (RepresentationWorker worker =
        topics.worker(new FakeRepresenter(), Map.of(ServiceConfig.METRICS_PORT.key(), "0"))) {
      worker.start();
      WorkerTopics.await(() -> worker.progress().represented() == 40);
      URI address = worker.metricsAddress().orElseThrow();
      metrics = HttpRequest.newBuilder(address).build();
      HttpRequest ready = HttpRequest.newBuilder(address.resolve("/health/ready")).build();

      assertThat(address.getHost()).isEqualTo("127.0.0.1");
      assertThat(http.send(ready, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(http.send(metrics, BodyHandlers.ofString()).body())
          .contains("sluice_worker_examples_total{role=\"candidate\"} 40.0")
          .contains("sluice_worker_tokens_total{role=\"candidate\"} 280.0")
          .contains("kafka_consumer_fetch_manager_records_lag")
          .contains("kafka_producer_record_send_total");
    }

    assertThatThrownBy(() -> http.send(metrics, BodyHandlers.ofString()))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void givenAMissingTopic_whenStarted_thenTheWorkerFailsAndNamesTheTopic() {
    Map<String, String> misspelt =
        Map.of(
            ConnectionSettings.TOPIC_PREFIX.key(),
            "misspelt.",
            "default.api.timeout.ms",
            "2000",
            "max.block.ms",
            "2000");

    try (RepresentationWorker worker = topics.worker(new FakeRepresenter(), misspelt)) {
      worker.start();
      assertThatThrownBy(worker::awaitEnd)
          .isInstanceOf(ServiceFailure.class)
          .hasMessageContaining("misspelt.target-tasks");
    }
  }
}
