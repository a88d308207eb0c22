package io.sluice.local.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The clock that one process sees, which can be wrong, and jump while it runs: libfaketime stands
 * between them.
 */
final class FakeClock {
  private static final Path LIBRARIES = Path.of("/usr/lib");

  private final Path library;
  private final Path file;

  private FakeClock(Path library, Path file) {
    this.library = library;
    this.file = file;
  }

  /** The library where Debian's package libfaketime puts it; empty if it is not installed. */
  static Optional<Path> library() throws IOException {
    if (!Files.isDirectory(LIBRARIES)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> architectures = Files.newDirectoryStream(LIBRARIES, "*-linux-*")) {
      for (Path each : architectures) {
        // The library for several threads takes 40 us for each look at the clock, this one 2 us.
        Path library = each.resolve("faketime/libfaketime.so.1");
        if (Files.exists(library)) {
          return Optional.of(library);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * A clock; libfaketime must be installed.
   *
   * @param file where the process looks for the shift
   * @param shift of the clock at first
   */
  static FakeClock of(Path file, Duration shift) throws IOException {
    FakeClock clock = new FakeClock(library().orElseThrow(), file);
    clock.shift(shift);
    return clock;
  }

  /** The program that starts another one, which then sees this clock. */
  List<String> starter() {
    return List.of(
        "env",
        "LD_PRELOAD=" + library,
        "FAKETIME_TIMESTAMP_FILE=" + file,
        // Looks for a shift once a second. Waiting and time-outs inside the JVM go on as usual.
        "FAKETIME_CACHE_DURATION=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        // Otherwise every wait with a time-out spins, which costs a quarter of a processor.
        "FAKETIME_FORCE_MONOTONIC_FIX=0");
  }

  /** Lets the clock differ from the time, within a second or two; zero for the time itself. */
  void shift(Duration by) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, "%+d".formatted(by.toSeconds()));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
