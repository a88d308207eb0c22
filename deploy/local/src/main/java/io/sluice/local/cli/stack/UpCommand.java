package io.sluice.local.cli.stack;

import io.sluice.local.cli.process.Logging;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.local.stack.StackException;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code up}: runs a broker and a schema registry on this machine until it is stopped. */
@Command(
    description =
        "Run a broker with all topics and a schema registry on this machine until Ctrl-C. The data are"
            + " kept.")
public final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.sluice/stack",
      description = "Data directory (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of the broker (default: the one used last, or a free one).")
  private int port;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of the schema registry (default: the one used last, or a free one).")
  private int registryPort;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      defaultValue = Topics.DEFAULT_PREFIX,
      description = "Prefix of every topic name (default: ${DEFAULT-VALUE}).")
  private String topicPrefix;

  @Option(
      names = "--record-max-bytes",
      paramLabel = "N",
      defaultValue = "" + RecordLimit.DEFAULT_BYTES,
      description =
          "Size of the largest record on the topics, in bytes (default: ${DEFAULT-VALUE}).")
  private int recordMaxBytes;

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(data);
    Logging.toFile(data.resolve("sluice.log"));
    return Shutdown.runInterruptibly(Shutdown.SERVICE_LIMIT, this::runUntilStopped);
  }

  private int runUntilStopped() throws InterruptedException, ExecutionException {
    LocalStack.Settings settings;
    try {
      settings =
          new LocalStack.Settings(
              data,
              port,
              registryPort,
              RegistryProcess.distribution(),
              new Topics(topicPrefix),
              TopicSetup.SINGLE_NODE,
              new RecordLimit(recordMaxBytes));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting the broker and the schema registry ...");
    out.flush();
    try (LocalStack stack = LocalStack.start(settings)) {
      out.printf("bootstrap.servers=%s%n", stack.bootstrapServers());
      out.printf("schema.registry.url=%s%n", stack.schemaRegistryUrl());
      Path file = LocalStackFile.in(data).path();
      out.printf("Both are also in %s. Ctrl-C stops.%n", file);
      if (!file.toAbsolutePath()
          .equals(LocalStackFile.ofDefaultDirectory().path().toAbsolutePath())) {
        out.printf("Give the other commands --config %s.%n", file);
      }
      out.flush();
      stack.registryProcess().onExit().get();
      throw new StackException(
          "the schema registry stopped: see the logs in " + data.resolve("registry"));
    }
  }
}
