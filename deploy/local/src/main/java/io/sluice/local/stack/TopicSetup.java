package io.sluice.local.stack;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toMap;

import io.sluice.schemas.connection.AdminResults;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.Spread;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates Sluice's topics on any Kafka cluster, with their settings and partition counts.
 *
 * <p>Existing topics are never changed. They are checked, and topics that would make the selection
 * wrong or lose records are refused.
 *
 * @param shards number of partitions of the topics that are spread by candidate, at least 1; it
 *     limits how many workers and shards run in parallel
 * @param taskPartitions number of partitions of the topics that are spread by task, at least 1
 * @param replication how many brokers store each record
 */
public record TopicSetup(int shards, int taskPartitions, Replication replication) {
  /** Partition counts that suit one machine, with one replica. */
  public static final TopicSetup SINGLE_NODE = new TopicSetup(4, 2);

  private static final Duration LEADERS_WITHIN = Duration.ofMinutes(2);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException when one is below 1
   */
  public TopicSetup {
    if (shards < 1 || taskPartitions < 1) {
      throw new IllegalArgumentException("partition counts: use 1 or more for each");
    }
  }

  /** A setup with one replica of each partition. */
  public TopicSetup(int shards, int taskPartitions) {
    this(shards, taskPartitions, Replication.NONE);
  }

  /**
   * Creates the topics that do not exist and checks those that do. On return, all topics can be
   * used.
   *
   * @param admin a client of the cluster, which the caller closes
   * @param topics the names of the topics
   * @param limit size of the largest record; existing topics may accept larger ones
   * @throws StackException when existing topics do not fit, with a line for each {@link
   *     TopicFinding}, and nothing was created; or when Kafka refuses a request
   * @throws TimeoutException when Kafka does not respond in time
   */
  public void apply(Admin admin, Topics topics, RecordLimit limit) throws InterruptedException {
    try {
      List<TopicSpec> specs = topics.all();
      Set<String> names =
          AdminResults.await(Map.of("list of topics", admin.listTopics().names()))
              .get("list of topics");
      Map<Boolean, List<TopicSpec>> byExistence =
          specs.stream().collect(partitioningBy(spec -> names.contains(spec.name())));
      List<ExistingTopic> existing = describe(admin, byExistence.get(true));
      List<TopicSpec> missing = byExistence.get(false);
      refuse(
          new TopicCheck(this, limit)
              .findings(existing, missing.stream().map(TopicSpec::spread).toList()));
      AdminResults.await(
          admin
              .createTopics(missing.stream().map(spec -> newTopic(spec, limit)).toList())
              .values());
      awaitLeaders(admin, specs);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException slow) {
        throw slow;
      }
      throw new StackException("the topics could not be set up: " + e.getMessage(), e.getCause());
    }
  }

  /**
   * Compares the topics that exist with this setup, and changes nothing.
   *
   * @param admin a client of the cluster, which the caller closes
   * @param topics the names of the topics
   * @param limit size of the largest record
   * @return everything that does not fit, in the order of the topics
   * @throws ExecutionException when Kafka refuses a request or does not respond in time
   */
  public List<TopicFinding> examine(Admin admin, Topics topics, RecordLimit limit)
      throws ExecutionException, InterruptedException {
    Set<String> names = admin.listTopics().names().get();
    List<TopicSpec> existing =
        topics.all().stream().filter(spec -> names.contains(spec.name())).toList();
    return new TopicCheck(this, limit).findings(describe(admin, existing), List.of());
  }

  private static void refuse(List<TopicFinding> findings) {
    if (!findings.isEmpty()) {
      throw new StackException(
          "existing topics do not fit, and nothing was created or changed:\n  %s"
              .formatted(findings.stream().map(TopicFinding::toString).collect(joining("\n  "))));
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
      ListOffsetsResult result = admin.listOffsets(ends);
      AdminResults.await(
          ends.keySet().stream().collect(toMap(each -> each, result::partitionResult)));
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
    return new NewTopic(spec.name(), partitions(spec.spread()), (short) replication.factor())
        .configs(config(spec, limit));
  }

  /** The settings with which a topic is created. */
  Map<String, String> config(TopicSpec spec, RecordLimit limit) {
    Map<String, String> config = new HashMap<>(spec.config(limit));
    config.put(
        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
        String.valueOf(replication.minInSyncOf(replication.factor())));
    config.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
    return config;
  }

  /** The number of partitions that is requested for the topics of a spread. */
  int partitions(Spread spread) {
    return switch (spread) {
      case BY_CANDIDATE -> shards;
      case BY_TASK -> taskPartitions;
    };
  }

  private static List<ExistingTopic> describe(Admin admin, List<TopicSpec> specs)
      throws ExecutionException, InterruptedException {
    Map<String, TopicDescription> descriptions =
        AdminResults.await(
            admin.describeTopics(specs.stream().map(TopicSpec::name).toList()).topicNameValues());
    Map<ConfigResource, Config> configs =
        AdminResults.await(
            admin.describeConfigs(specs.stream().map(TopicSetup::resource).toList()).values());
    return specs.stream()
        .map(spec -> existing(spec, descriptions.get(spec.name()), configs.get(resource(spec))))
        .toList();
  }

  private static ExistingTopic existing(
      TopicSpec spec, TopicDescription description, Config config) {
    return new ExistingTopic(
        spec,
        description.partitions().size(),
        description.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElseThrow(),
        config.entries().stream()
            .filter(entry -> entry.value() != null)
            .collect(toMap(ConfigEntry::name, ConfigEntry::value)));
  }

  private static ConfigResource resource(TopicSpec spec) {
    return new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
  }
}
