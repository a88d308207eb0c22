package io.sluice.local.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.local.kafka.TestKafka;
import io.sluice.local.stack.EmbeddedBroker;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.TargetTask;
import io.sluice.schemas.topic.Topics;
import io.sluice.streams.api.StreamsApp;
import io.sluice.streams.config.StreamsAppConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests an outage of Kafka that lasts longer than the time-outs of clients, which are short here.
 */
@Tag("broker")
class KafkaOutageTest {
  private static final int SHARDS = 2;

  /** With these settings, threads give up soon and nearly always have an open transaction. */
  private static final Map<String, String> IMPATIENT =
      Map.of(
          "commit.interval.ms", "4000",
          "producer.max.block.ms", "2000",
          "producer.request.timeout.ms", "1500",
          "producer.delivery.timeout.ms", "2000",
          "task.timeout.ms", "0",
          "http.port", "0");

  @TempDir Path directory;

  @Test
  void givenAnOutageDuringProcessing_whenKafkaIsBack_thenTheSelectionContinuesAndIsComplete()
      throws InterruptedException {
    EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
    TestKafka kafka = new TestKafka(broker.bootstrapServers(), "mock://outage", new Topics("o."));
    kafka.createTopics(new TopicSetup(SHARDS, 1));
    try (SyntheticStream stream = new SyntheticStream(kafka, SHARDS);
        StreamsApp app = start(kafka)) {
      ApiClient api = new ApiClient(app.apiAddress().orElseThrow());
      TargetTask task = stream.define("t", 1, 3, List.of(20));
      stream.arrive(100);
      stream.awaitScored(task);

      stream.arrive(2_000);
      broker.close();
      api.await("/metrics", answer -> replaced(answer) > 0);
      assertThat(app.stopped()).isNotDone();
      assertThat(api.get("/health/live").status()).isEqualTo(200);

      broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
      stream.arrive(100);
      stream.awaitScored(task);
      api.await("/health/ready", answer -> answer.status() == 200);
      assertThat(api.get("/api/tasks/t/selected?format=jsonl").text()).hasLineCount(20);
      assertThat(stream.selected(task)).hasSize(20);
    } finally {
      broker.close();
    }
  }

  private static double replaced(ApiClient.Answer metrics) {
    return metrics
        .text()
        .lines()
        .filter(line -> line.startsWith("sluice_streams_threads_replaced_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private StreamsApp start(TestKafka kafka) {
    Map<String, String> settings = new HashMap<>(IMPATIENT);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    settings.put("schema.registry.url", kafka.schemaRegistry());
    settings.put("topic.prefix", kafka.topics().prefix());
    settings.put("state.dir", directory.resolve("state").toString());
    return StreamsApp.start(new StreamsAppConfig(settings));
  }
}
