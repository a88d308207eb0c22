package io.sluice.local.kafka;

import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.Topics;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * The Kafka of one test: a broker that all tests of the JVM share, and names that no other test
 * uses. A test asks for it as a parameter, see {@link KafkaFixture}.
 *
 * @param bootstrapServers where the broker is
 * @param schemaRegistry a registry in this JVM, of this test alone
 * @param topics topic names of this test alone; {@link #createTopics} makes them
 */
public record TestKafka(String bootstrapServers, String schemaRegistry, Topics topics) {
  /** Creates the topics of the test. */
  public void createTopics(TopicSetup setup) throws InterruptedException {
    try (Admin admin = admin()) {
      setup.apply(admin, topics);
    }
  }

  /** A client that the test closes. */
  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }
}
