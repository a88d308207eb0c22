package io.sluice.local.stack;

import io.sluice.schemas.topic.RecordLimit;
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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates Sluice's topics on any Kafka cluster, with their cleanup policies and partition counts.
 *
 * <p>Existing topics are never changed. They are checked, and topics that would make the selection
 * wrong are refused.
 *
 * @param shards number of partitions of the topics that are spread by candidate, at least 1; it
 *     limits how many workers and shards run in parallel
 * @param taskPartitions number of partitions of the topics that are spread by task, at least 1
 * @param replicationFactor number of replicas of each partition, at least 1
 */
public record TopicSetup(int shards, int taskPartitions, short replicationFactor) {
  /** Partition counts that suit one machine, with one replica. */
  public static final TopicSetup SINGLE_NODE = new TopicSetup(4, 2, (short) 1);

  private static final Duration LEADERS_WITHIN = Duration.ofMinutes(2);
  private static final String CLEANUP = "cleanup.policy";
  private static final String MAX_MESSAGE = "max.message.bytes";

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException when one is below 1
   */
  public TopicSetup {
    if (shards < 1 || taskPartitions < 1 || replicationFactor < 1) {
      throw new IllegalArgumentException(
          "partition counts and the replication factor: use 1 or more for each");
    }
  }

  /**
   * Creates the topics that do not exist and checks those that do. On return, all topics can be
   * used.
   *
   * @param admin a client of the cluster, which the caller closes
   * @param topics the names of the topics
   * @param limit size of the largest record; existing topics may accept larger ones
   * @throws StackException when an existing topic has too few partitions, another number of
   *     partitions than the other topics of its spread, another cleanup policy, or a lower limit of
   *     the size of records; or when Kafka refuses a request
   * @throws TimeoutException when Kafka does not respond in time
   */
  public void apply(Admin admin, Topics topics, RecordLimit limit) throws InterruptedException {
    try {
      List<TopicSpec> specs = topics.all();
      Set<String> existing = admin.listTopics().names().get();
      check(admin, specs.stream().filter(spec -> existing.contains(spec.name())).toList(), limit);
      admin
          .createTopics(
              specs.stream()
                  .filter(spec -> !existing.contains(spec.name()))
                  .map(spec -> newTopic(spec, limit))
                  .toList())
          .all()
          .get();
      awaitLeaders(admin, specs);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException slow) {
        throw slow;
      }
      throw new StackException(
          "the topics could not be set up: " + e.getCause().getMessage(), e.getCause());
    }
  }

  /**
   * Waits until the leader of every partition responds. The controller knows a new topic earlier
   * than its leaders do. If a producer writes in between, its first batch can be refused and its
   * second accepted; retries of the first batch then fail for ever with an out-of-order sequence
   * number.
   */
  private void awaitLeaders(Admin admin, List<TopicSpec> specs)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicSpec spec : specs) {
      for (int partition = 0; partition < partitions(spec.spread()); partition++) {
        ends.put(new TopicPartition(spec.name(), partition), OffsetSpec.latest());
      }
    }
    Instant deadline = Instant.now().plus(LEADERS_WITHIN);
    while (!leadersRespond(admin, ends, deadline)) {
      Thread.sleep(20);
    }
  }

  /**
   * Returns false while brokers do not know the topics, an error that the client does not retry.
   */
  private static boolean leadersRespond(
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

  private NewTopic newTopic(TopicSpec spec, RecordLimit limit) {
    return new NewTopic(spec.name(), partitions(spec.spread()), replicationFactor)
        .configs(spec.config(limit));
  }

  private int partitions(Spread spread) {
    return switch (spread) {
      case BY_CANDIDATE -> shards;
      case BY_TASK -> taskPartitions;
    };
  }

  private void check(Admin admin, List<TopicSpec> specs, RecordLimit limit)
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
        faults.add(
            "%s has %d partitions, but %d are requested".formatted(spec.name(), count, wanted));
      }
      counts.computeIfAbsent(spec.spread(), s -> new TreeMap<>()).put(count, spec.name());
      Config config = configs.get(resource(spec));
      String policy = config.get(CLEANUP).value();
      String wantedPolicy = spec.config(limit).get(CLEANUP);
      if (!policy.equals(wantedPolicy)) {
        faults.add(
            "%s has %s=%s instead of %s".formatted(spec.name(), CLEANUP, policy, wantedPolicy));
      }
      long largest = Long.parseLong(config.get(MAX_MESSAGE).value());
      if (largest < limit.topicBytes()) {
        faults.add(
            "%s has %s=%d, but record.max.bytes=%d needs %d"
                .formatted(spec.name(), MAX_MESSAGE, largest, limit.bytes(), limit.topicBytes()));
      }
    }
    counts.values().stream()
        .filter(names -> names.size() > 1)
        .forEach(
            names -> faults.add("topics that must have equal partition counts differ: " + names));
    if (!faults.isEmpty()) {
      throw new StackException(
          "existing topics do not fit: %s. Change or delete them, or use another topic prefix."
              .formatted(String.join("; ", faults)));
    }
  }

  private static ConfigResource resource(TopicSpec spec) {
    return new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
  }
}
