package io.sluice.local.cli.stack;

import io.sluice.local.cli.options.ConnectionOptions;
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

/** {@code topics}: creates the topics on any Kafka cluster. */
@Command(
    description = {
      "Create the topics that do not exist yet, each with its cleanup policy, and check the others.",
      "Existing topics are never changed."
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
      description = "Replicas of each partition (default: ${DEFAULT-VALUE}).")
  private short replicationFactor;

  @Override
  public Integer call() throws IOException, InterruptedException {
    TopicSetup setup = setup();
    Topics topics = connection.use(access -> create(setup, access));
    topics.all().stream().map(TopicSpec::name).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }

  private TopicSetup setup() {
    try {
      return new TopicSetup(shards, taskPartitions, replicationFactor);
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
