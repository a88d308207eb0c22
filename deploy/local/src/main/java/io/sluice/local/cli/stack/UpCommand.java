package io.sluice.local.cli.stack;

import io.sluice.gpuworker.representation.ExampleRepresenter;
import io.sluice.gpuworker.representation.Representer;
import io.sluice.gpuworker.worker.WorkerConfig;
import io.sluice.local.cli.process.Logging;
import io.sluice.local.cli.process.Shutdown;
import io.sluice.local.services.BundledTasks;
import io.sluice.local.services.KeptTasks;
import io.sluice.local.services.LocalServices;
import io.sluice.local.stack.LocalStack;
import io.sluice.local.stack.RegistryProcess;
import io.sluice.local.stack.StackException;
import io.sluice.local.stack.TopicSetup;
import io.sluice.schemas.connection.KafkaAccess;
import io.sluice.schemas.connection.LocalStackFile;
import io.sluice.schemas.topic.RecordLimit;
import io.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code up}: runs a broker and a schema registry on this machine until it is stopped, and with
 * {@code --all} the services too.
 */
@Command(
    description = {
      "Run a broker with all topics and a schema registry on this machine until Ctrl-C. The data"
          + " are kept.",
      "With --all, run everything else too: a worker, the streams-app with its page, and a trainer."
    })
public final class UpCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

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

  @Mixin private AllOptions services;

  @Override
  public Integer call() throws Exception {
    try {
      services.check();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Files.createDirectories(data);
    Logging.toFile(data.resolve("sluice.log"));
    return Shutdown.runInterruptibly(Shutdown.SERVICE_LIMIT, this::runUntilStopped);
  }

  private int runUntilStopped() throws Exception {
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
    say("Starting the broker and the schema registry ...");
    try (LocalStack stack = LocalStack.start(settings)) {
      if (services.isGiven()) {
        runServices(stack);
      } else {
        sayConnection(stack);
        stack.registryProcess().onExit().get();
      }
      throw registryStopped();
    }
  }

  /** Runs the services until one of them or the registry ends. */
  private void runServices(LocalStack stack) throws IOException, InterruptedException {
    Map<String, String> kafka =
        Map.of(
            "bootstrap.servers", stack.bootstrapServers(),
            "schema.registry.url", stack.schemaRegistryUrl(),
            "topic.prefix", topicPrefix,
            "record.max.bytes", String.valueOf(recordMaxBytes));
    AllOptions.Models models = services.models(data);
    WorkerConfig worker = models.worker(kafka);
    say("Loading the model (the first time unpacks PyTorch, 430 MB) ...");
    try (Representer representer =
        ExampleRepresenter.open(worker.representationSettings(), worker.computeSettings())) {
      KeptTasks.requireSameVectors(
          KafkaAccess.of(kafka), worker.representationId(), representer.fingerprint(), data);
      try (LocalServices running =
          LocalServices.start(
              models.streams(kafka), worker, representer, Optional.of(models.trainer(kafka)))) {
        runUntilOneEnds(stack, running, kafka);
      }
    }
  }

  private void runUntilOneEnds(LocalStack stack, LocalServices running, Map<String, String> kafka)
      throws InterruptedException {
    if (services.sendsBundled() && BundledTasks.sendToEmpty(KafkaAccess.of(kafka))) {
      say("Sent the bundled tasks and candidates: their subsets fill within a minute or so.");
    }
    running.app().apiAddress().ifPresent(at -> say("The page to look at: " + at + "/"));
    sayConnection(stack);
    while (stack.registryProcess().isAlive()) {
      running.requireRunning();
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void sayConnection(LocalStack stack) {
    say("bootstrap.servers=" + stack.bootstrapServers());
    say("schema.registry.url=" + stack.schemaRegistryUrl());
    Path file = LocalStackFile.in(data).path();
    say("Both are also in %s. Ctrl-C stops.".formatted(file));
    if (!file.toAbsolutePath()
        .equals(LocalStackFile.ofDefaultDirectory().path().toAbsolutePath())) {
      say("Give the other commands --config %s.".formatted(file));
    }
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private StackException registryStopped() {
    return new StackException(
        "the schema registry stopped: see the logs in " + data.resolve("registry"));
  }
}
