package io.sluice.local.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A file of Linux' {@code /proc} whose lines name a size, such as {@code VmHWM: 2048 kB}.
 *
 * @param path of the file, whether it exists or not
 */
public record ProcFile(Path path) {
  private static final int KIB = 1024;

  /** The status of a running process. */
  public static ProcFile ofProcess(long pid) {
    return new ProcFile(Path.of("/proc", String.valueOf(pid), "status"));
  }

  /** The memory of the machine. */
  public static ProcFile ofMemory() {
    return new ProcFile(Path.of("/proc/meminfo"));
  }

  /**
   * Returns a size in bytes; empty where there is no such file, that is, outside Linux, and when it
   * does not name the size.
   */
  public OptionalLong bytes(String name) throws IOException {
    if (!Files.exists(path)) {
      return OptionalLong.empty();
    }
    return Files.readAllLines(path).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
        .findFirst();
  }
}
