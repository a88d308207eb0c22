package io.sluice.schemas.topic;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names of Sluice's topics: a configurable prefix, followed by a fixed name for each topic.
 *
 * @param prefix what every name begins with: at most 100 characters of A-Z a-z 0-9 . _ -, or empty
 */
public record Topics(String prefix) {
  /** The prefix that is used unless another one is configured. */
  public static final String DEFAULT_PREFIX = "sluice.";

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{0,100}");

  /**
   * Checks that the prefix can begin a topic name.
   *
   * @throws IllegalArgumentException when it is too long or has characters that Kafka does not
   *     allow in topic names
   */
  public Topics {
    if (!LEGAL.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "topic prefix '" + prefix + "': use at most 100 characters of A-Z a-z 0-9 . _ -");
    }
  }

  /** Returns the topics under {@link #DEFAULT_PREFIX}. */
  public static Topics withDefaultPrefix() {
    return new Topics(DEFAULT_PREFIX);
  }

  /** The topic of candidates, by candidate id. */
  public String candidates() {
    return prefix + "candidates";
  }

  /** The topic of target tasks, by task id. */
  public String targetTasks() {
    return prefix + "target-tasks";
  }

  /** The topic of representations, by representation id and candidate id. */
  public String representations() {
    return prefix + "representations";
  }

  /** The topic of query representations, by task id, revision and query index. */
  public String queryRepresentations() {
    return prefix + "query-representations";
  }

  /** The topic of every task's current subset, by task id and candidate id. */
  public String selected() {
    return prefix + "selected";
  }

  /** The topic of every task's progress, by task id. */
  public String taskStatus() {
    return prefix + "task-status";
  }

  /** The topic of the frozen examples of fine-tune jobs, by job id. */
  public String fineTuneDatasets() {
    return prefix + "fine-tune-datasets";
  }

  /** The topic of fine-tune jobs, by job id. */
  public String fineTuneJobs() {
    return prefix + "fine-tune-jobs";
  }

  /** The topic of requests to fire or cancel fine-tune jobs, by task id. */
  public String jobRequests() {
    return prefix + "job-requests";
  }

  /** The topic of the reports of trainers, by job id. */
  public String fineTuneResults() {
    return prefix + "fine-tune-results";
  }

  /** The topic of unusable records: original key and value, with the reason in the headers. */
  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /** Returns every topic with its cleanup policy and the key by which it is partitioned. */
  public List<TopicSpec> all() {
    return List.of(
        new TopicSpec(candidates(), Cleanup.COMPACT, Spread.BY_CANDIDATE),
        new TopicSpec(representations(), Cleanup.COMPACT, Spread.BY_CANDIDATE),
        new TopicSpec(targetTasks(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(queryRepresentations(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(selected(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(taskStatus(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(fineTuneDatasets(), Cleanup.LONG_RETENTION, Spread.BY_TASK),
        new TopicSpec(fineTuneJobs(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(fineTuneResults(), Cleanup.COMPACT, Spread.BY_TASK),
        new TopicSpec(jobRequests(), Cleanup.LONG_RETENTION, Spread.BY_TASK),
        new TopicSpec(deadLetters(), Cleanup.LONG_RETENTION, Spread.BY_TASK));
  }

  /** Which records Kafka removes from a topic. */
  public enum Cleanup {
    /** Kafka keeps the last value of each key. */
    COMPACT,
    /** Kafka deletes records after 90 days. */
    LONG_RETENTION
  }

  /** By which id a topic is partitioned. Topics of one spread have equal partition counts. */
  public enum Spread {
    /** Partitioned by candidate id; each partition is one shard. */
    BY_CANDIDATE,
    /** Partitioned by task id; tasks in different partitions are selected for in parallel. */
    BY_TASK
  }

  /**
   * What is needed to create a topic, apart from the number of its partitions.
   *
   * @param name full name, prefix included
   * @param cleanup which records Kafka removes
   * @param spread by which id the topic is partitioned
   */
  public record TopicSpec(String name, Cleanup cleanup, Spread spread) {
    /** Returns the topic's Kafka configuration: cleanup policy and size of the largest record. */
    public Map<String, String> config(RecordLimit limit) {
      String maxMessageBytes = String.valueOf(limit.topicBytes());
      return switch (cleanup) {
        case COMPACT ->
            Map.of(
                "cleanup.policy", "compact",
                "compression.type", "producer",
                "max.message.bytes", maxMessageBytes);
        case LONG_RETENTION ->
            Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "7776000000",
                "max.message.bytes", maxMessageBytes);
      };
    }
  }
}
