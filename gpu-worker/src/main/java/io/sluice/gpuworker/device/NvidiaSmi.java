package io.sluice.gpuworker.device;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Asks NVIDIA's driver for its GPUs by the program {@code nvidia-smi}, which comes with the driver.
 * It is a process of its own, so that a driver that hangs does not hang this one.
 *
 * @param program its name or path
 * @param patience after this time it is ended
 */
public record NvidiaSmi(String program, Duration patience) implements GpuDriver {
  /** The program on the path. */
  public static final NvidiaSmi DEFAULT = new NvidiaSmi("nvidia-smi", Duration.ofSeconds(20));

  private static final List<String> FIELDS =
      List.of(
          "index",
          "name",
          "driver_version",
          "memory.total",
          "memory.used",
          "utilization.gpu",
          "ecc.errors.uncorrected.volatile.total");

  private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");
  private static final long MIB = 1 << 20;

  @Override
  public Answer ask() throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  program,
                  "--query-gpu=" + String.join(",", FIELDS),
                  "--format=csv,noheader,nounits")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return Answer.none("nvidia-smi is not installed");
    }
    try {
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return Answer.none("nvidia-smi did not answer within " + patience.toSeconds() + " s");
      }
      return process.exitValue() == 0
          ? parse(output.join())
          : Answer.none(
              "nvidia-smi says: "
                  + output.join().lines().findFirst().orElse("exit code " + process.exitValue()));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String text(InputStream in) {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "its output cannot be read: " + e.getMessage();
    }
  }

  static Answer parse(String lines) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : lines.strip().split("\\R")) {
      String[] values = line.split(",\\s*", -1);
      if (values.length != FIELDS.size() || !NUMBER.matcher(values[0]).matches()) {
        return Answer.none("nvidia-smi says: " + line);
      }
      gpus.add(
          new Gpu(
              Integer.parseInt(values[0]),
              values[1],
              values[2],
              bytes(values[3]),
              bytes(values[4]),
              percent(values[5]),
              number(values[6])));
    }
    return new Answer(gpus, "");
  }

  private static OptionalLong bytes(String mebibytes) {
    OptionalLong count = number(mebibytes);
    return count.isPresent() ? OptionalLong.of(count.getAsLong() * MIB) : count;
  }

  private static OptionalInt percent(String text) {
    OptionalLong value = number(text);
    return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
  }

  /** A value that a GPU does not tell is written as [N/A] or [Not Supported]. */
  private static OptionalLong number(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
