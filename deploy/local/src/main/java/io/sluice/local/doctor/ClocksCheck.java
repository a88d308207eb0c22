package io.sluice.local.doctor;

import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/**
 * The clocks of those who have written to the topics, compared with the clock of this machine, by
 * the newest timestamp of each topic. Kafka does not tell the time of its brokers.
 *
 * @param admin a client of the cluster, which the caller closes
 * @param topics the names of the topics
 * @param clock the clock of this machine
 */
public record ClocksCheck(Admin admin, Topics topics, Clock clock) implements Check {
  /** More than machines that synchronize their clocks ever differ by. */
  private static final Duration TOLERANCE = Duration.ofSeconds(30);

  @Override
  public String subject() {
    return "clocks";
  }

  @Override
  public List<Finding> run() throws Exception {
    Set<String> existing = admin.listTopics().names().get();
    List<String> names =
        topics.all().stream().map(TopicSpec::name).filter(existing::contains).toList();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(
              partition ->
                  asked.put(
                      new TopicPartition(topic.name(), partition.partition()),
                      OffsetSpec.maxTimestamp()));
    }
    Map<String, Long> newest = new HashMap<>();
    admin
        .listOffsets(asked)
        .all()
        .get()
        .forEach(
            (partition, found) -> newest.merge(partition.topic(), found.timestamp(), Math::max));
    Instant now = clock.instant();
    List<Finding> findings = new ArrayList<>();
    names.forEach(
        topic -> ahead(topic, newest.getOrDefault(topic, -1L), now).ifPresent(findings::add));
    if (findings.isEmpty()) {
      findings.add(
          Finding.ok(
              "no record is from the future by the clock of this machine (%s)".formatted(now)));
    }
    return findings;
  }

  /**
   * Whether the newest record of a topic is from the future.
   *
   * @param newest its timestamp in milliseconds since 1970 UTC; negative if there is no record
   */
  static Optional<Finding> ahead(String topic, long newest, Instant now) {
    Duration ahead = Duration.ofMillis(newest - now.toEpochMilli());
    return newest < 0 || ahead.compareTo(TOLERANCE) <= 0
        ? Optional.empty()
        : Optional.of(
            Finding.warning(
                "%s has a record whose timestamp is %d s ahead of this machine's clock, so that the clock of its producer or of this machine is wrong; the cooldown of jobs and the retention of topics follow clocks"
                    .formatted(topic, ahead.toSeconds()),
                "synchronize the clocks of all machines, with NTP for example"));
  }
}
