package io.sluice.schemas.topic;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names of Sluice's topics: a configurable prefix and a fixed word each.
 *
 * @param prefix put before every name; legal characters of a Kafka topic, may be empty
 */
public record Topics(String prefix) {
  /** The prefix unless another is configured. */
  public static final String DEFAULT_PREFIX = "sluice.";

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{0,100}");

  /**
   * Checks the prefix.
   *
   * @throws IllegalArgumentException when it has characters that no topic name may have
   */
  public Topics {
    if (!LEGAL.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "topic prefix '" + prefix + "': use at most 100 of A-Z a-z 0-9 . _ -");
    }
  }

  /** Topics under the default prefix. */
  public static Topics withDefaultPrefix() {
    return new Topics(DEFAULT_PREFIX);
  }

  /** Candidates by candidate id. */
  public String candidates() {
    return prefix + "candidates";
  }

  /** Target tasks by task id. */
  public String targetTasks() {
    return prefix + "target-tasks";
  }

  /** Representations by representation id and candidate id. */
  public String representations() {
    return prefix + "representations";
  }

  /** Query representations by task id, revision and query index. */
  public String queryRepresentations() {
    return prefix + "query-representations";
  }

  /** The current subset of every task by task id and candidate id. */
  public String selected() {
    return prefix + "selected";
  }

  /** How far every task has come, by task id. */
  public String taskStatus() {
    return prefix + "task-status";
  }

  /** Frozen examples of fine-tune jobs by job id. */
  public String fineTuneDatasets() {
    return prefix + "fine-tune-datasets";
  }

  /** Fine-tune jobs by job id. */
  public String fineTuneJobs() {
    return prefix + "fine-tune-jobs";
  }

  /** What people ask about fine-tune jobs, by task id. */
  public String jobRequests() {
    return prefix + "job-requests";
  }

  /** What trainers report, by job id. */
  public String fineTuneResults() {
    return prefix + "fine-tune-results";
  }

  /** Records that could not be used: original key and value, the reason in the headers. */
  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /** Every topic with the way in which Kafka is to keep it. */
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

  /** How Kafka disposes of old records. */
  public enum Cleanup {
    /** The last value of each key stays. */
    COMPACT,
    /** Records go after 90 days. */
    LONG_RETENTION
  }

  /** By what the records of a topic are spread, and so which topics have equal partition counts. */
  public enum Spread {
    /** As many partitions as there are nomination shards. */
    BY_CANDIDATE,
    /** As many partitions as tasks can be worked on side by side. */
    BY_TASK
  }

  /**
   * One topic.
   *
   * @param name full name, prefix included
   * @param cleanup how old records are disposed of
   * @param spread by what its records are spread
   */
  public record TopicSpec(String name, Cleanup cleanup, Spread spread) {
    /** Bytes: what the vectors of one example may take, which is more than Kafka's default. */
    private static final String MAX_MESSAGE_BYTES = String.valueOf(16 << 20);

    /** The Kafka topic configuration of the cleanup policy, and room for large vectors. */
    public Map<String, String> config() {
      return switch (cleanup) {
        case COMPACT ->
            Map.of(
                "cleanup.policy", "compact",
                "compression.type", "producer",
                "max.message.bytes", MAX_MESSAGE_BYTES);
        case LONG_RETENTION ->
            Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "7776000000",
                "max.message.bytes", MAX_MESSAGE_BYTES);
      };
    }
  }
}
