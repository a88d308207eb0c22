package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gpuworker.worker.RepresentationWorker;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.gpuworker.worker.WorkerFailure;
import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.FeatureEncoding;
import io.sluice.schemas.Representation;
import io.sluice.schemas.encoding.FeatureCodec;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Workers on a real broker: what goes in comes out, or is a dead letter. */
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
  void givenPoisonRepeatsAndRetractions_whenDrained_thenExactlyTheRestIsRepresented() {
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

    try (RepresentationWorker worker = topics.worker(new SteadyRepresenter(), Map.of())) {
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
                            FeatureEncoding.INT8,
                            SteadyRepresenter.rows(representation.getCandidate().getId()))));
    assertThat(topics.deadLetterKeys())
        .containsExactlyInAnyOrder(
            "junk3", "junk103", "junk203", "c7", "c57", "c107", "c157", "c207", "c257");
  }

  @Test
  void givenATaskThatIsReplacedAndRemoved_whenWorkedOn_thenOnlyLiveQueriesAreRepresented() {
    try (RepresentationWorker worker = topics.worker(new SteadyRepresenter(), Map.of())) {
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
  void givenAMissingTopic_whenStarted_thenTheWorkerEndsAndNamesIt() {
    Map<String, String> misspelt =
        Map.of(
            WorkerConfig.TOPIC_PREFIX,
            "misspelt.",
            "default.api.timeout.ms",
            "2000",
            "max.block.ms",
            "2000");

    try (RepresentationWorker worker = topics.worker(new SteadyRepresenter(), misspelt)) {
      worker.start();
      assertThatThrownBy(worker::awaitEnd)
          .isInstanceOf(WorkerFailure.class)
          .hasMessageContaining("misspelt.target-tasks");
    }
  }
}
