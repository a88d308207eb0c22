package io.sluice.local.crash;

import io.sluice.local.process.RestartableProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * A {@link ProducerProcess} that can be killed.
 *
 * @param process not started yet
 * @param stop the file at which it comes to an end
 * @param shift the file with the difference between the timestamps of its records and the time
 */
public record ScriptedProducer(RestartableProcess process, Path stop, Path shift) {
  private static final long FINISHED_WITHIN_SECONDS = 600;

  /**
   * Describes the process.
   *
   * @param folder for its log and its progress
   * @param connection the file for {@code --config}
   * @param shards number of partitions of the representations
   * @param seed of its script
   * @param pause after each batch of steps
   */
  public static ScriptedProducer of(
      Path folder, Path connection, int shards, long seed, Duration pause) {
    Path stop = folder.resolve("stop");
    Path shift = folder.resolve("shift");
    List<String> args =
        List.of(
            connection.toString(),
            Integer.toString(shards),
            Long.toString(seed),
            folder.resolve("progress").toString(),
            stop.toString(),
            shift.toString(),
            Long.toString(pause.toMillis()));
    return new ScriptedProducer(
        new RestartableProcess("producer", folder, ProducerProcess.class, args), stop, shift);
  }

  /** Lets the timestamps of its records differ from the time; zero for the time itself. */
  public void shiftTimestamps(Duration by) throws IOException {
    Path next = shift.resolveSibling(shift.getFileName() + ".next");
    Files.writeString(next, Long.toString(by.toMillis()));
    Files.move(next, shift, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Lets a producer that has finished go on with its script. */
  public void resume() throws IOException {
    Files.delete(stop);
    process.start();
  }

  /** Lets the producer finish what it has begun, and waits until it has. */
  public void finish() throws IOException, InterruptedException {
    Files.writeString(stop, "");
    process.awaitEnd(FINISHED_WITHIN_SECONDS);
  }
}
