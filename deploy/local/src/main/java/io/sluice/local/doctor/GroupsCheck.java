package io.sluice.local.doctor;

import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * The consumer groups that read Sluice's topics: how many records each has still to read, up to the
 * last stable offset, which is as far as services read; whether anybody works on them; and whether
 * a transaction that nobody ends keeps readers from going on.
 *
 * @param admin a client of the cluster, which the caller closes
 * @param topics the names of the topics
 * @param clock the clock of this machine
 */
public record GroupsCheck(Admin admin, Topics topics, Clock clock) implements Check {
  /** The longest transaction that brokers allow by default, transaction.max.timeout.ms. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  private static final Set<GroupState> IDLE = Set.of(GroupState.EMPTY, GroupState.DEAD);

  @Override
  public String subject() {
    return "groups";
  }

  @Override
  public List<Finding> run() throws Exception {
    Set<String> names = Set.copyOf(topics.all().stream().map(TopicSpec::name).toList());
    Map<String, Map<TopicPartition, Long>> committed = new TreeMap<>();
    Map<String, GroupState> states = new HashMap<>();
    for (GroupListing group : admin.listGroups().all().get()) {
      Map<TopicPartition, Long> offsets = offsets(group.groupId(), names);
      if (!offsets.isEmpty()) {
        committed.put(group.groupId(), offsets);
        states.put(group.groupId(), group.groupState().orElse(GroupState.UNKNOWN));
      }
    }
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    committed
        .values()
        .forEach(offsets -> offsets.keySet().forEach(p -> asked.put(p, OffsetSpec.latest())));
    Map<TopicPartition, Long> stable = ends(asked, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> ends = ends(asked, IsolationLevel.READ_UNCOMMITTED);
    List<Finding> findings = new ArrayList<>();
    committed.forEach(
        (group, offsets) -> findings.add(group(group, states.get(group), lag(offsets, stable))));
    if (committed.isEmpty()) {
      findings.add(Finding.ok("no group that this user can see has read a topic of Sluice yet"));
    }
    for (TopicPartition partition : asked.keySet()) {
      if (stable.get(partition) < ends.get(partition)) {
        hanging(partition).ifPresent(findings::add);
      }
    }
    return findings;
  }

  private Map<TopicPartition, Long> offsets(String group, Set<String> names) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> all =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    Map<TopicPartition, Long> own = new HashMap<>();
    all.forEach(
        (partition, offset) -> {
          if (offset != null && names.contains(partition.topic())) {
            own.put(partition, offset.offset());
          }
        });
    return own;
  }

  private Map<TopicPartition, Long> ends(
      Map<TopicPartition, OffsetSpec> asked, IsolationLevel isolation) throws Exception {
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(asked, new ListOffsetsOptions(isolation))
        .all()
        .get()
        .forEach((partition, found) -> ends.put(partition, found.offset()));
    return ends;
  }

  private static long lag(Map<TopicPartition, Long> offsets, Map<TopicPartition, Long> stable) {
    return offsets.entrySet().stream()
        .mapToLong(each -> Math.max(0, stable.get(each.getKey()) - each.getValue()))
        .sum();
  }

  /** What is to be said about a group. */
  static Finding group(String group, GroupState state, long lag) {
    return lag > 0 && IDLE.contains(state)
        ? Finding.warning(
            "%s has no member, and %s waiting for it"
                .formatted(
                    group, lag == 1 ? "1 record is" : "about %,d records are".formatted(lag)),
            "start the service, unless it is away on purpose")
        : Finding.ok(
            "%s: %s, %s".formatted(group, state.toString().toLowerCase(Locale.ROOT), waiting(lag)));
  }

  private static String waiting(long lag) {
    if (lag == 0) {
      return "nothing waiting";
    }
    return lag == 1 ? "1 record waiting" : "about %,d records waiting".formatted(lag);
  }

  private Optional<Finding> hanging(TopicPartition partition) throws Exception {
    for (ProducerState producer :
        admin
            .describeProducers(List.of(partition))
            .partitionResult(partition)
            .get()
            .activeProducers()) {
      Duration age = Duration.ofMillis(clock.millis() - producer.lastTimestamp());
      if (producer.currentTransactionStartOffset().isPresent()
          && age.compareTo(LONGEST_TRANSACTION) > 0) {
        return Optional.of(
            hanging(partition, producer.currentTransactionStartOffset().getAsLong(), age));
      }
    }
    return Optional.empty();
  }

  /** What is to be said about a transaction that nobody ends. */
  static Finding hanging(TopicPartition partition, long start, Duration age) {
    return Finding.fault(
        "a transaction in %s has been open for %d min, since offset %d: services do not read beyond it"
            .formatted(partition, age.toMinutes(), start),
        "kafka-transactions.sh --bootstrap-server HOST:PORT abort --topic %s --partition %d --start-offset %d"
            .formatted(partition.topic(), partition.partition(), start));
  }
}
