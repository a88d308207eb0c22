package io.sluice.streams.watch;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * The consumer groups that this user may see: which topics they read, how far they are, and how
 * many members they have.
 *
 * @param byName the groups, by their names
 */
record Groups(Map<String, Group> byName) {
  /** A cluster may have many groups of others; those of Sluice are looked at first. */
  private static final int MOST = 200;

  private static final Set<GroupType> DESCRIBED = Set.of(GroupType.CLASSIC, GroupType.CONSUMER);
  private static final Set<String> PROTOCOLS = Set.of("consumer", "");

  Groups {
    byName = Map.copyOf(byName);
  }

  /**
   * A consumer group.
   *
   * @param members its members
   * @param topics the topics that are assigned to them, or of which it has committed offsets
   * @param offsets what it has committed
   */
  record Group(int members, Set<String> topics, Map<TopicPartition, Long> offsets) {
    /**
     * How many records of a topic it has still to read; those of partitions without offsets too.
     */
    long lag(String topic, Map<TopicPartition, Long> ends) {
      return ends.entrySet().stream()
          .filter(end -> end.getKey().topic().equals(topic))
          .mapToLong(end -> Math.max(0, end.getValue() - offsets.getOrDefault(end.getKey(), 0L)))
          .sum();
    }

    /** The sum of the committed offsets of a topic. */
    long committed(String topic) {
      return offsets.entrySet().stream()
          .filter(each -> each.getKey().topic().equals(topic))
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  /** Asks for the groups. */
  static Groups of(Admin admin, Collection<String> names, Answers answers)
      throws ExecutionException, TimeoutException, InterruptedException {
    List<String> ids =
        answers.of(admin.listGroups().all()).stream()
            .filter(group -> group.type().map(DESCRIBED::contains).orElse(true))
            .filter(group -> PROTOCOLS.contains(group.protocol()))
            .map(GroupListing::groupId)
            .sorted(
                Comparator.<String, Boolean>comparing(
                        id -> names.stream().noneMatch(id::startsWith))
                    .thenComparing(Function.identity()))
            .limit(MOST)
            .toList();
    Map<String, KafkaFuture<ConsumerGroupDescription>> described =
        admin.describeConsumerGroups(ids).describedGroups();
    ListConsumerGroupOffsetsResult offsets =
        admin.listConsumerGroupOffsets(
            ids.stream()
                .collect(
                    Collectors.toMap(
                        Function.identity(), id -> new ListConsumerGroupOffsetsSpec())));
    Map<String, Group> groups = new TreeMap<>();
    for (String id : ids) {
      Optional<ConsumerGroupDescription> group = answers.ifPermitted(described.get(id));
      Optional<Map<TopicPartition, OffsetAndMetadata>> committed =
          answers.ifPermitted(offsets.partitionsToOffsetAndMetadata(id));
      if (group.isPresent() && committed.isPresent()) {
        groups.put(id, group(group.get(), committed.get()));
      }
    }
    return new Groups(groups);
  }

  private static Group group(
      ConsumerGroupDescription description, Map<TopicPartition, OffsetAndMetadata> committed) {
    Set<String> topics = new HashSet<>();
    description
        .members()
        .forEach(
            member ->
                member.assignment().topicPartitions().forEach(each -> topics.add(each.topic())));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    committed.forEach(
        (partition, offset) -> {
          if (offset != null) {
            topics.add(partition.topic());
            offsets.put(partition, offset.offset());
          }
        });
    return new Group(description.members().size(), topics, offsets);
  }
}
