package io.sluice.local.kafka;

import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The Kafka of one test: a broker that all tests of the JVM share, with topics that no other test
 * uses. A test gets it as a parameter, see {@link KafkaFixture}.
 *
 * @param bootstrapServers the value for the setting {@code bootstrap.servers} of clients
 * @param schemaRegistry URL of a mock registry in this JVM that only this test uses
 * @param topics names of topics that only this test uses; {@link #createTopics} creates them
 */
public record TestKafka(String bootstrapServers, String schemaRegistry, Topics topics) {
  /** Creates the topics with these partition counts. */
  public void createTopics(TopicSetup setup) throws InterruptedException {
    try (Admin admin = admin()) {
      setup.apply(admin, topics, RecordLimit.byDefault());
    }
  }

  /**
   * Lets compaction remove from a topic, as soon as it can, what later records replace. Kafka
   * compacts only what lies before the segment that is being written.
   *
   * @param further settings of the topic in addition
   */
  public void compactAllTheTime(String topic, Map<String, String> further) throws Exception {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("segment.ms", "50");
    settings.put("min.cleanable.dirty.ratio", "0.001");
    try (Admin admin = admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.BROKER, ""),
                  changes(Map.of("log.cleaner.backoff.ms", "50")),
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  changes(settings)))
          .all()
          .get();
    }
  }

  private static List<AlterConfigOp> changes(Map<String, String> settings) {
    return settings.entrySet().stream()
        .map(each -> new ConfigEntry(each.getKey(), each.getValue()))
        .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
        .toList();
  }

  /** Returns a new admin client, which the caller closes. */
  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }
}
