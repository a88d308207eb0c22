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
          "uuid",
          "driver_version",
          "memory.total",
          "memory.used",
          "utilization.gpu",
          "ecc.errors.uncorrected.volatile.total",
          "compute_cap");

  /** Drivers before 510 do not know the last field, and refuse the whole question. */
  private static final List<String> OLD_FIELDS = FIELDS.subList(0, FIELDS.size() - 1);

  private static final String UNKNOWN_FIELD = "is not a valid field";

  private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");
  private static final long MIB = 1 << 20;

  @Override
  public Answer ask() throws InterruptedException {
    Answer answer = ask(FIELDS);
    return answer.problem().contains(UNKNOWN_FIELD) ? ask(OLD_FIELDS) : answer;
  }

  private Answer ask(List<String> fields) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  program,
                  "--query-gpu=" + String.join(",", fields),
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
          ? parse(output.join(), fields.size())
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

  private static Answer parse(String lines, int fields) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : lines.strip().split("\\R")) {
      String[] values = line.split(",\\s*", -1);
      if (values.length != fields || !NUMBER.matcher(values[0]).matches()) {
        return Answer.none("nvidia-smi says: " + line);
      }
      gpus.add(
          new Gpu(
              Integer.parseInt(values[0]),
              values[1],
              values[2].startsWith("[") ? "" : values[2],
              values[3],
              bytes(values[4]),
              bytes(values[5]),
              whole(values[6]),
              number(values[7]),
              fields == FIELDS.size() ? major(values[8]) : OptionalInt.empty()));
    }
    return new Answer(gpus, "");
  }

  private static OptionalLong bytes(String mebibytes) {
    OptionalLong count = number(mebibytes);
    return count.isPresent() ? OptionalLong.of(count.getAsLong() * MIB) : count;
  }

  private static OptionalInt whole(String text) {
    OptionalLong value = number(text);
    return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
  }

  private static OptionalInt major(String version) {
    return whole(version.split("\\.", 2)[0]);
  }

  /** A value that a GPU does not tell is written as [N/A] or [Not Supported]. */
  private static OptionalLong number(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
