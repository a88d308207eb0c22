package io.sluice.local.bench;

import io.sluice.local.stack.ChildGuard;
import io.sluice.local.stack.StackException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * A streams-app in a separate process, as users run it. Thus it can be killed, and its processor
 * time can be measured apart from the broker's. It never outlives this process.
 */
public final class StreamsProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;

  private StreamsProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts the streams-app with the JVM options and the class path of this process.
   *
   * @param commandLine the main class of the program that has the command {@code streams}
   * @param settings settings of the streams-app, by key
   * @param log the file to which its output is appended
   * @throws StackException when the process cannot be started
   */
  static StreamsProcess start(Class<?> commandLine, Map<String, String> settings, Path log) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ChildGuard.class.getName(), commandLine.getName(), "streams"));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    for (String key : List.of("bootstrap.servers", "schema.registry.url")) {
      String option = key.startsWith("bootstrap") ? "--bootstrap-servers" : "--schema-registry";
      command.addAll(List.of(option, settings.get(key)));
    }
    try {
      return new StreamsProcess(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new StackException("the streams-app could not be started: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the processor time that the process has used; zero where the system does not report it.
   */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * Returns the peak of its resident memory in bytes; empty where the system does not report it.
   */
  public OptionalLong peakMemory() throws IOException {
    return ProcessUse.peakMemory(process.pid());
  }

  /** Whether the process is running. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Kills the process without a chance to clean up, and returns when it has ended. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
