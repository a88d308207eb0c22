package io.sluice.local.crash;

import io.sluice.local.process.RestartableProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A {@link ProducerProcess} that can be killed.
 *
 * @param process not started yet
 * @param stop the file at which it comes to an end
 */
public record ScriptedProducer(RestartableProcess process, Path stop) {
  private static final long FINISHED_WITHIN_SECONDS = 600;

  /**
   * Describes the process.
   *
   * @param folder for its log and its progress
   * @param connection the file for {@code --config}
   * @param shards number of partitions of the representations
   * @param seed of its script
   */
  public static ScriptedProducer of(Path folder, Path connection, int shards, long seed) {
    Path stop = folder.resolve("stop");
    List<String> args =
        List.of(
            connection.toString(),
            Integer.toString(shards),
            Long.toString(seed),
            folder.resolve("progress").toString(),
            stop.toString());
    return new ScriptedProducer(
        new RestartableProcess("producer", folder, ProducerProcess.class, args), stop);
  }

  /** Lets the producer finish what it has begun, and waits until it has. */
  public void finish() throws IOException, InterruptedException {
    Files.writeString(stop, "");
    process.awaitEnd(FINISHED_WITHIN_SECONDS);
  }
}
