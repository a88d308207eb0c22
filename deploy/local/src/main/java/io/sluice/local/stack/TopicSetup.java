package io.sluice.local.stack;

import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.Spread;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates Sluice's topics on any Kafka, each with its cleanup policy and partition count.
 *
 * <p>Topics that exist are never changed: they are checked, and what would make the selection wrong
 * is refused.
 *
 * @param shards partitions of the topics spread by candidate, at least 1: how far representing and
 *     nominating can spread
 * @param taskPartitions partitions of the topics spread by task, at least 1
 * @param replicationFactor replicas of each partition, at least 1
 */
public record TopicSetup(int shards, int taskPartitions, short replicationFactor) {
  /** Partition counts that suit one machine, one replica. */
  public static final TopicSetup SINGLE_NODE = new TopicSetup(4, 2, (short) 1);

  private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);
  private static final String CLEANUP = "cleanup.policy";

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException when one is below 1
   */
  public TopicSetup {
    if (shards < 1 || taskPartitions < 1 || replicationFactor < 1) {
      throw new IllegalArgumentException(
          "partition counts and the replication factor must be at least 1");
    }
  }

  /**
   * Creates the topics that do not exist and checks those that do. On return all can be used.
   *
   * @param admin a client of the Kafka to set up; stays open
   * @param topics the names
   * @throws StackException when a topic that exists has too few partitions, not as many as the
   *     others of its spread, or another cleanup policy; or when Kafka refuses
   */
  public void apply(Admin admin, Topics topics) throws InterruptedException {
    try {
      List<TopicSpec> specs = topics.all();
      Set<String> existing = admin.listTopics().names().get();
      check(admin, specs.stream().filter(spec -> existing.contains(spec.name())).toList());
      admin
          .createTopics(
              specs.stream()
                  .filter(spec -> !existing.contains(spec.name()))
                  .map(this::newTopic)
                  .toList())
          .all()
          .get();
      awaitLeaders(admin, specs);
    } catch (ExecutionException e) {
      throw new StackException(
          "the topics could not be set up: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /**
   * Waits until the leader of every partition answers. A created topic is known to the controller
   * first; a producer that writes before the leader is there can have its first batch refused and
   * its second accepted, and then never gets the first in (out of order sequence).
   */
  private void awaitLeaders(Admin admin, List<TopicSpec> specs)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicSpec spec : specs) {
      for (int partition = 0; partition < partitions(spec.spread()); partition++) {
        ends.put(new TopicPartition(spec.name(), partition), OffsetSpec.latest());
      }
    }
    Instant deadline = Instant.now().plus(KNOWN_WITHIN);
    while (!answered(admin, ends, deadline)) {
      Thread.sleep(20);
    }
  }

  /** The client itself does not try again while the broker has not heard of the topics. */
  private static boolean answered(
      Admin admin, Map<TopicPartition, OffsetSpec> ends, Instant deadline)
      throws ExecutionException, InterruptedException {
    try {
      admin.listOffsets(ends).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          && Instant.now().isBefore(deadline)) {
        return false;
      }
      throw e;
    }
  }

  private NewTopic newTopic(TopicSpec spec) {
    return new NewTopic(spec.name(), partitions(spec.spread()), replicationFactor)
        .configs(spec.config());
  }

  private int partitions(Spread spread) {
    return switch (spread) {
      case BY_CANDIDATE -> shards;
      case BY_TASK -> taskPartitions;
    };
  }

  private void check(Admin admin, List<TopicSpec> specs)
      throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> descriptions =
        admin.describeTopics(specs.stream().map(TopicSpec::name).toList()).allTopicNames().get();
    Map<ConfigResource, Config> configs =
        admin.describeConfigs(specs.stream().map(TopicSetup::resource).toList()).all().get();
    List<String> faults = new ArrayList<>();
    Map<Spread, Map<Integer, String>> counts = new HashMap<>();
    for (TopicSpec spec : specs) {
      int count = descriptions.get(spec.name()).partitions().size();
      int wanted = partitions(spec.spread());
      if (count < wanted) {
        faults.add("%s has %d partitions, %d are asked for".formatted(spec.name(), count, wanted));
      }
      counts.computeIfAbsent(spec.spread(), s -> new TreeMap<>()).put(count, spec.name());
      String policy = configs.get(resource(spec)).get(CLEANUP).value();
      if (!policy.equals(spec.config().get(CLEANUP))) {
        faults.add(
            "%s has %s=%s instead of %s"
                .formatted(spec.name(), CLEANUP, policy, spec.config().get(CLEANUP)));
      }
    }
    counts.values().stream()
        .filter(names -> names.size() > 1)
        .forEach(names -> faults.add("topics of one kind differ in partitions: " + names));
    if (!faults.isEmpty()) {
      throw new StackException(
          "topics that exist do not fit: %s. Change or delete them, or use another topic prefix."
              .formatted(String.join("; ", faults)));
    }
  }

  private static ConfigResource resource(TopicSpec spec) {
    return new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
  }
}
