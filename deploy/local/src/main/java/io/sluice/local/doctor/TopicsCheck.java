package io.sluice.local.doctor;

import io.sluice.local.stack.TopicFinding;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Sluice's topics: whether they exist, have the settings that keep selections right and records
 * safe, and whether all of their replicas work.
 *
 * @param admin a client of the cluster, which the caller closes
 * @param topics the names of the topics
 * @param limit size of the largest record
 */
public record TopicsCheck(Admin admin, Topics topics, RecordLimit limit) implements Check {
  /** Asks for nothing in particular, so that any number of partitions and replicas suits it. */
  private static final TopicSetup ANY = new TopicSetup(1, 1);

  @Override
  public String subject() {
    return "topics";
  }

  @Override
  public List<Finding> run() throws Exception {
    List<String> names = topics.all().stream().map(TopicSpec::name).toList();
    List<String> existing = new ArrayList<>(names);
    existing.retainAll(admin.listTopics().names().get());
    List<String> missing = names.stream().filter(name -> !existing.contains(name)).toList();
    requireDescribable(missing);
    List<Finding> findings = new ArrayList<>();
    if (!missing.isEmpty()) {
      findings.add(
          Finding.fault(
              "do not exist: " + String.join(", ", missing),
              existing.isEmpty()
                  ? "create them with 'sluice topics', or set topic.prefix to that of the existing ones"
                  : "create them with 'sluice topics', with the numbers of partitions of the others"));
    }
    for (TopicFinding finding : ANY.examine(admin, topics, limit)) {
      findings.add(Finding.fault(finding.topic() + " " + finding.fault(), finding.remedy()));
    }
    Map<String, TopicDescription> described = admin.describeTopics(existing).allTopicNames().get();
    existing.forEach(name -> replicas(name, described.get(name).partitions(), findings));
    if (findings.isEmpty()) {
      int shards = described.get(topics.representations()).partitions().size();
      int byTask = described.get(topics.targetTasks()).partitions().size();
      findings.add(
          Finding.ok(
              "%d topics; %d partitions by candidate, %d by task; all replicas in sync"
                  .formatted(existing.size(), shards, byTask)));
    }
    return findings;
  }

  /**
   * Topics that do not exist are not to be confused with those that brokers hide from the user.
   *
   * @throws TopicAuthorizationException when some are hidden; the message names them
   */
  private void requireDescribable(List<String> names)
      throws ExecutionException, InterruptedException {
    Set<String> hidden = new TreeSet<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      try {
        topic.getValue().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicAuthorizationException) {
          hidden.add(topic.getKey());
        } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    if (!hidden.isEmpty()) {
      throw new TopicAuthorizationException(hidden);
    }
  }

  /** What is wrong with the replicas of a topic. */
  static void replicas(String topic, List<TopicPartitionInfo> partitions, List<Finding> findings) {
    List<Integer> without =
        partitions.stream()
            .filter(partition -> partition.leader() == null || partition.leader().isEmpty())
            .map(TopicPartitionInfo::partition)
            .toList();
    List<Integer> behind =
        partitions.stream()
            .filter(partition -> !without.contains(partition.partition()))
            .filter(partition -> partition.isr().size() < partition.replicas().size())
            .map(TopicPartitionInfo::partition)
            .toList();
    if (!without.isEmpty()) {
      findings.add(
          Finding.fault(
              "%s has no leader for its partitions %s, so that nobody can read or write them"
                  .formatted(topic, without),
              "start the brokers that have their replicas"));
    }
    if (!behind.isEmpty()) {
      findings.add(
          Finding.warning(
              "%s has replicas that are not in sync, in its partitions %s".formatted(topic, behind),
              "start the brokers that are away, or wait until they have caught up"));
    }
  }
}
