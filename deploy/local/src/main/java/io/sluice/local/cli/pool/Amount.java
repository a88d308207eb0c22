package io.sluice.local.cli.pool;

/** Writes numbers of things in reports. */
public final class Amount {
  private Amount() {}

  /** Returns a number with a noun, which gets an s unless the number is 1. */
  public static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
