package io.sluice.local.cli.stack;

import io.sluice.local.cli.options.KafkaOptions;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.topic.Topics;
import io.sluice.schemas.topic.Topics.TopicSpec;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code topics}: creates the topics on any Kafka. */
@Command(
    description = {
      "Create the topics that do not exist yet, each with its cleanup policy, and check the others.",
      "Topics that exist are never changed."
    })
public final class TopicsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--shards",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Partitions of candidates and representations: how far the work on them can spread"
              + " (default: ${DEFAULT-VALUE}).")
  private int shards;

  @Option(
      names = "--task-partitions",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Partitions of the topics spread by task: how many instances can select side by side"
              + " (default: ${DEFAULT-VALUE}).")
  private int taskPartitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      defaultValue = "1",
      description = "Replicas of each partition (default: ${DEFAULT-VALUE}).")
  private short replicationFactor;

  @Override
  public Integer call() throws IOException, InterruptedException {
    KafkaAccess access = kafka.access();
    Topics topics = access.topics();
    TopicSetup setup;
    try {
      setup = new TopicSetup(shards, taskPartitions, replicationFactor);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    try (Admin admin = access.admin()) {
      setup.apply(admin, topics);
    }
    topics.all().stream().map(TopicSpec::name).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }
}
