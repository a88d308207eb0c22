package io.sluice.local.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ExecutionException;

/**
 * Main class of the process that writes the steps of the script to Kafka until the stop file
 * appears. After a kill it continues after the last acknowledged step, so some steps are written
 * twice.
 */
public final class ProducerProcess {
  private static final int BATCH = 40;

  private final Script script;
  private final StepWriter writer;
  private final Path progress;
  private final Path shift;
  private final long pauseMillis;

  private ProducerProcess(
      Script script, StepWriter writer, Path progress, Path shift, long pauseMillis) {
    this.script = script;
    this.writer = writer;
    this.progress = progress;
    this.shift = shift;
    this.pauseMillis = pauseMillis;
  }

  /**
   * Runs until the stop file exists and the script is settled.
   *
   * @param args the file for {@code --config}, number of shards, seed, progress file, stop file,
   *     file with the milliseconds by which timestamps differ from the time, milliseconds of pause
   *     after each batch
   */
  public static void main(String[] args) throws Exception {
    Path progress = Path.of(args[3]);
    Path stop = Path.of(args[4]);
    Connection connection = Connection.read(Path.of(args[0]));
    try (StepWriter writer = new StepWriter(connection, Integer.parseInt(args[1]))) {
      Script script = new Script(Long.parseLong(args[2]));
      new ProducerProcess(script, writer, progress, Path.of(args[5]), Long.parseLong(args[6]))
          .play(stop);
    }
    // Ends the process now, whatever threads are still running.
    System.exit(0);
  }

  private void play(Path stop) throws IOException, ExecutionException, InterruptedException {
    if (Files.exists(progress)) {
      long done = Long.parseLong(Files.readString(progress));
      while (script.taken() < done) {
        script.next();
      }
    }
    while (!Files.exists(stop)) {
      if (Files.exists(shift)) {
        writer.shiftTimestamps(Long.parseLong(Files.readString(shift)));
      }
      for (int i = 0; i < BATCH; i++) {
        takeStep();
      }
      acknowledge();
      Thread.sleep(pauseMillis);
    }
    while (!script.isSettled()) {
      takeStep();
    }
    acknowledge();
  }

  private void takeStep() throws IOException, ExecutionException, InterruptedException {
    long before = script.taken();
    Step step = script.next();
    if (step.isOfTask()) {
      acknowledge(before);
    }
    writer.write(step);
    if (step.isOfTask()) {
      acknowledge();
    }
  }

  private void acknowledge() throws IOException, ExecutionException, InterruptedException {
    acknowledge(script.taken());
  }

  private void acknowledge(long steps)
      throws IOException, ExecutionException, InterruptedException {
    writer.await();
    Path next = progress.resolveSibling(progress.getFileName() + ".next");
    Files.writeString(next, Long.toString(steps));
    Files.move(next, progress, StandardCopyOption.ATOMIC_MOVE);
  }
}
