package io.sluice.local.cli.stack;

import io.sluice.local.cli.options.ConnectionOptions;
import io.sluice.local.stack.Replication;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code topics}: creates the topics on any Kafka cluster. */
@Command(
    description = {
      "Create the topics that do not exist yet, each with its settings, and check the others: their"
          + " partitions and replicas, and the settings that keep selections right and records"
          + " safe.",
      "Existing topics are never changed. If one does not fit, a message says what to do."
    })
public final class TopicsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConnectionOptions connection;

  @Option(
      names = "--shards",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Partitions of the topics of candidates and representations, which limit how many workers"
              + " and shards can share the work (default: ${DEFAULT-VALUE}).")
  private int shards;

  @Option(
      names = "--task-partitions",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Partitions of the topics that are partitioned by task, which limit how many threads of"
              + " streams-apps can select in parallel (default: ${DEFAULT-VALUE}).")
  private int taskPartitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      defaultValue = "1",
      description = "Replicas of each partition (default: ${DEFAULT-VALUE}; use 3 on a cluster).")
  private int replicationFactor;

  @Option(
      names = "--min-isr",
      paramLabel = "N",
      description =
          "Replicas that must have a record before it counts as written, which is"
              + " min.insync.replicas of the topics (default: 2 with three or more replicas,"
              + " otherwise 1).")
  private Optional<Integer> minIsr;

  @Override
  public Integer call() throws IOException, InterruptedException {
    TopicSetup setup = setup();
    Topics topics = connection.use(access -> create(setup, access));
    topics.all().stream().map(TopicSpec::name).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }

  private TopicSetup setup() {
    try {
      return new TopicSetup(shards, taskPartitions, new Replication(replicationFactor, minIsr));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static Topics create(TopicSetup setup, KafkaAccess access) throws InterruptedException {
    try (Admin admin = access.admin()) {
      setup.apply(admin, access.topics(), access.recordLimit());
    }
    return access.topics();
  }
}
