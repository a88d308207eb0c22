package io.sluice.local.stack;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG;

import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares topics that exist with what Sluice needs of them. Needs no Kafka.
 *
 * @param setup what was asked for
 * @param limit size of the largest record
 */
record TopicCheck(TopicSetup setup, RecordLimit limit) {
  /**
   * Returns everything that does not fit, in the order of the topics.
   *
   * @param existing the topics that exist
   * @param missing by what the topics are partitioned that are to be created
   */
  List<TopicFinding> findings(List<ExistingTopic> existing, List<Spread> missing) {
    List<TopicFinding> findings = new ArrayList<>();
    for (ExistingTopic topic : existing) {
      Stream.of(
              tooFewPartitions(topic),
              cleanup(topic),
              size(topic),
              tooFewReplicas(topic),
              inSync(topic),
              uncleanElection(topic))
          .flatMap(Optional::stream)
          .forEach(findings::add);
    }
    Arrays.stream(Spread.values())
        .flatMap(spread -> unequalPartitions(spread, existing, missing))
        .forEach(findings::add);
    return List.copyOf(findings);
  }

  private Optional<TopicFinding> tooFewPartitions(ExistingTopic topic) {
    Spread spread = topic.spec().spread();
    int wanted = setup.partitions(spread);
    return topic.partitions() >= wanted
        ? Optional.empty()
        : Optional.of(
            new TopicFinding(
                topic.name(),
                "has %s, but %d are requested".formatted(partitions(topic.partitions()), wanted),
                "request %d with %s. If the topic is still empty, it can be deleted and created again; do not add partitions, since records of a key would then be in two of them"
                    .formatted(topic.partitions(), option(spread))));
  }

  /**
   * The partition counts of one spread must be equal; that of topics that are yet to be created is
   * the one requested.
   */
  private Stream<TopicFinding> unequalPartitions(
      Spread spread, List<ExistingTopic> existing, List<Spread> missing) {
    List<ExistingTopic> topics =
        existing.stream().filter(topic -> topic.spec().spread() == spread).toList();
    Optional<ExistingTopic> largest =
        topics.stream().max(Comparator.comparingInt(ExistingTopic::partitions));
    if (largest.isEmpty()) {
      return Stream.empty();
    }
    int most = largest.get().partitions();
    int wanted = setup.partitions(spread);
    Stream<TopicFinding> smaller =
        topics.stream()
            .filter(topic -> topic.partitions() < most)
            .map(
                topic ->
                    new TopicFinding(
                        topic.name(),
                        "has %s, but %s has %d, and both must have the same number"
                            .formatted(partitions(topic.partitions()), largest.get().name(), most),
                        "delete the one that is still empty and create it again, or use another topic prefix"));
    Stream<TopicFinding> created =
        missing.contains(spread) && most > wanted
            ? Stream.of(
                new TopicFinding(
                    largest.get().name(),
                    "has %d partitions, and the topics to be created beside it must have the same number, but %d are requested"
                        .formatted(most, wanted),
                    "request %d with %s".formatted(most, option(spread))))
            : Stream.empty();
    return Stream.concat(smaller, created);
  }

  private Optional<TopicFinding> cleanup(ExistingTopic topic) {
    String wanted = topic.spec().config(limit).get(CLEANUP_POLICY_CONFIG);
    return differs(
        topic,
        CLEANUP_POLICY_CONFIG,
        wanted,
        !topic.config().get(CLEANUP_POLICY_CONFIG).equals(wanted),
        "but %s is needed".formatted(wanted));
  }

  private Optional<TopicFinding> size(ExistingTopic topic) {
    return differs(
        topic,
        MAX_MESSAGE_BYTES_CONFIG,
        String.valueOf(limit.topicBytes()),
        number(topic, MAX_MESSAGE_BYTES_CONFIG) < limit.topicBytes(),
        "but record.max.bytes=%d needs %d".formatted(limit.bytes(), limit.topicBytes()));
  }

  private Optional<TopicFinding> tooFewReplicas(ExistingTopic topic) {
    int wanted = setup.replication().factor();
    return topic.replicas() >= wanted
        ? Optional.empty()
        : Optional.of(
            new TopicFinding(
                topic.name(),
                "has %s, but %d are requested".formatted(replicas(topic.replicas()), wanted),
                "add replicas with kafka-reassign-partitions.sh, or request %d with --replication-factor"
                    .formatted(topic.replicas())));
  }

  private Optional<TopicFinding> inSync(ExistingTopic topic) {
    int needed = setup.replication().minInSyncOf(topic.replicas());
    if (needed > topic.replicas()) {
      // There are too few replicas, which is a finding of its own.
      return Optional.empty();
    }
    long actual = number(topic, MIN_IN_SYNC_REPLICAS_CONFIG);
    String why;
    if (actual > topic.replicas()) {
      why = "but only %s, so that nobody can write to it".formatted(replicas(topic.replicas()));
    } else if (actual == topic.replicas() && actual > needed) {
      why = "and as many replicas, so that writers stop whenever one broker is away";
    } else if (actual < needed) {
      why =
          "but %d of its %s must have a record before it counts as written; otherwise it can be lost with one broker"
              .formatted(needed, replicas(topic.replicas()));
    } else {
      return Optional.empty();
    }
    return differs(topic, MIN_IN_SYNC_REPLICAS_CONFIG, String.valueOf(needed), true, why);
  }

  private Optional<TopicFinding> uncleanElection(ExistingTopic topic) {
    return differs(
        topic,
        UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
        "false",
        Boolean.parseBoolean(topic.config().get(UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG)),
        "so that a replica without the last acknowledged records can become the leader");
  }

  private static Optional<TopicFinding> differs(
      ExistingTopic topic, String key, String needed, boolean isFault, String why) {
    return isFault
        ? Optional.of(
            TopicFinding.ofSetting(
                topic.name(),
                "has %s=%s, %s".formatted(key, topic.config().get(key), why),
                key,
                needed))
        : Optional.empty();
  }

  private static long number(ExistingTopic topic, String key) {
    return Long.parseLong(topic.config().get(key));
  }

  private static String partitions(int count) {
    return count == 1 ? "1 partition" : count + " partitions";
  }

  private static String replicas(int count) {
    return count == 1 ? "1 replica" : count + " replicas";
  }

  /** The option of the command {@code topics} that sets the partition count. */
  private static String option(Spread spread) {
    return switch (spread) {
      case BY_CANDIDATE -> "--shards";
      case BY_TASK -> "--task-partitions";
    };
  }
}
