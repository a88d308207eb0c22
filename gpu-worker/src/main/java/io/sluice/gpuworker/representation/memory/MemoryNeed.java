package io.sluice.gpuworker.representation.memory;

import java.util.Locale;

/**
 * The memory that a representation needs on each device, in bytes.
 *
 * @param weights the base model
 * @param adapters the adapters of the checkpoints, with what is kept for each of their values
 * @param passes all passes that are computed at the same time
 * @param engine the engine and, on a CPU, the Java process
 */
public record MemoryNeed(long weights, long adapters, long passes, long engine) {
  private static final double GIB = 1L << 30;

  /** All of it. */
  public long total() {
    return weights + adapters + passes + engine;
  }

  /** The parts for people, such as {@code 19.2 GiB (weights 15.0, adapters 2.1, ...)}. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s (weights %.1f, adapters %.1f, passes %.1f, engine %.1f)",
        text(total()),
        weights / GIB,
        adapters / GIB,
        passes / GIB,
        engine / GIB);
  }

  /** A number of bytes for people, such as {@code 19.2 GiB}. */
  public static String text(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
  }
}
