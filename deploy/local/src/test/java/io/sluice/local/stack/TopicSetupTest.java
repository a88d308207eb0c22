package io.sluice.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.local.kafka.KafkaFixture;
import io.sluice.local.kafka.TestKafka;
import io.sluice.schemas.topic.RecordLimit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaFixture.class)
class TopicSetupTest {
  private static final TopicSetup SETUP = new TopicSetup(3, 2);

  @Test
  void givenNoTopics_whenApplied_thenAllExistWithTheirPartitionsAndPolicies(TestKafka kafka)
      throws Exception {
    kafka.createTopics(SETUP);

    try (Admin admin = kafka.admin()) {
      var names = kafka.topics().all().stream().map(spec -> spec.name()).toList();
      var described = admin.describeTopics(names).allTopicNames().get();
      assertThat(described).hasSize(names.size());
      assertThat(described.get(kafka.topics().candidates()).partitions()).hasSize(3);
      assertThat(described.get(kafka.topics().representations()).partitions()).hasSize(3);
      assertThat(described.get(kafka.topics().selected()).partitions()).hasSize(2);
      assertThat(setting(admin, kafka.topics().selected(), "cleanup.policy")).isEqualTo("compact");
      assertThat(setting(admin, kafka.topics().deadLetters(), "cleanup.policy"))
          .isEqualTo("delete");
      assertThat(setting(admin, kafka.topics().selected(), "unclean.leader.election.enable"))
          .isEqualTo("false");
    }
  }

  @Test
  void givenExistingTopicsThatFit_whenAppliedAgain_thenTheyAreNotChanged(TestKafka kafka)
      throws Exception {
    kafka.createTopics(SETUP);

    kafka.createTopics(new TopicSetup(2, 2));

    try (Admin admin = kafka.admin()) {
      String candidates = kafka.topics().candidates();
      var described = admin.describeTopics(List.of(candidates)).allTopicNames().get();
      assertThat(described.get(candidates).partitions()).hasSize(3);
    }
  }

  @Test
  void givenATopicThatDoesNotFit_whenApplied_thenItIsRefusedAndNoTopicIsCreated(TestKafka kafka)
      throws Exception {
    try (Admin admin = kafka.admin()) {
      create(
          admin,
          new NewTopic(kafka.topics().candidates(), 1, (short) 1)
              .configs(Map.of("cleanup.policy", "delete", "max.message.bytes", "1000000")));

      assertThatThrownBy(() -> SETUP.apply(admin, kafka.topics(), RecordLimit.byDefault()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("candidates has 1 partition, but 3 are requested")
          .hasMessageContaining("cleanup.policy=delete, but compact is needed")
          .hasMessageContaining(
              "max.message.bytes=1000000, but record.max.bytes=1048576 needs 1048588")
          .hasMessageContaining("nothing was created or changed");
      assertThat(admin.listTopics().names().get()).doesNotContain(kafka.topics().selected());
    }
  }

  @Test
  void givenUnequalPartitionCountsOfOneSpread_whenApplied_thenTheyAreRefused(TestKafka kafka)
      throws Exception {
    try (Admin admin = kafka.admin()) {
      var compact = Map.of("cleanup.policy", "compact");
      create(
          admin,
          new NewTopic(kafka.topics().candidates(), 4, (short) 1).configs(compact),
          new NewTopic(kafka.topics().representations(), 5, (short) 1).configs(compact));

      assertThatThrownBy(() -> SETUP.apply(admin, kafka.topics(), RecordLimit.byDefault()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("both must have the same number");
    }
  }

  /** Creates topics and waits until the broker, not only the controller, knows them. */
  private static void create(Admin admin, NewTopic... topics) throws Exception {
    List<String> names = Stream.of(topics).map(NewTopic::name).toList();
    admin.createTopics(List.of(topics)).all().get();
    while (!admin.listTopics().names().get().containsAll(names)) {
      Thread.sleep(10);
    }
  }

  private static String setting(Admin admin, String topic, String key) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(key).value();
  }
}
