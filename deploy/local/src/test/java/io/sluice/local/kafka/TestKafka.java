package io.sluice.local.kafka;

import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

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

  /** Returns a new admin client, which the caller closes. */
  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }
}
