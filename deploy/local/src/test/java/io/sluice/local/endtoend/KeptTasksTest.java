package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.local.services.KeptTasks;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.streams.client.TargetTasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is said of data that an earlier run has left. */
@Tag("broker")
@ExtendWith(KafkaFixture.class)
class KeptTasksTest {
  private static final String REPRESENTATION = "default";

  private KafkaAccess kafka;
  private SyntheticStream stream;

  @BeforeEach
  void createTopics(TestKafka kafka) throws InterruptedException {
    kafka.createTopics(new TopicSetup(1, 1));
    stream = new SyntheticStream(kafka, 1);
    this.kafka =
        KafkaAccess.of(
            Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "schema.registry.url", kafka.schemaRegistry(),
                "topic.prefix", kafka.topics().prefix()));
  }

  @AfterEach
  void closeStream() {
    stream.close();
  }

  @Test
  void givenTasksOfOtherVectors_whenServicesAreToStart_thenTheyAreRefusedByName() {
    TargetTask first = stream.define("first", 1, 2, List.of(5));
    stream.define("second", 1, 2, List.of(5));

    assertThatCode(() -> require(REPRESENTATION, SyntheticStream.FINGERPRINT))
        .doesNotThrowAnyException();
    assertThatCode(() -> require("another", "5678")).doesNotThrowAnyException();
    assertThatThrownBy(() -> require(REPRESENTATION, "5678"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tasks first, second in kept-data")
        .hasMessageContaining("(random instead of 5678)")
        .hasMessageContaining("--data");

    // The queries of a new revision are yet to be represented.
    new TargetTasks(kafka).put(TargetTask.newBuilder(first).setBudgets(List.of(6)).build());
    assertThatThrownBy(() -> require(REPRESENTATION, "5678"))
        .hasMessageContaining("tasks second in kept-data");
    new TargetTasks(kafka).remove("second");
    assertThatCode(() -> require(REPRESENTATION, "5678")).doesNotThrowAnyException();
  }

  private void require(String representationId, String fingerprint) {
    KeptTasks.requireSameVectors(kafka, representationId, fingerprint, Path.of("kept-data"));
  }
}
