package io.sluice.streams.nominate;

import java.util.function.LongSupplier;

/**
 * Keeps long work that recurs to a tenth of a thread's time, so that what else the thread does goes
 * on however often the work is asked for. Work that is short is hardly ever put off. Not
 * thread-safe.
 */
final class Share {
  private static final int PAUSE = 9;

  private final LongSupplier nanoTime;
  private long ended;
  private long pause;

  /**
   * Creates a share of which nothing is used yet.
   *
   * @param nanoTime the time in ns, as {@link System#nanoTime} has it
   */
  Share(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.ended = nanoTime.getAsLong();
  }

  /**
   * Does the work, unless it was done a moment ago: within nine times as long as it took then.
   *
   * @return whether it was done
   */
  boolean use(Runnable work) {
    long begun = nanoTime.getAsLong();
    if (begun - ended < pause) {
      return false;
    }
    work.run();
    ended = nanoTime.getAsLong();
    pause = PAUSE * (ended - begun);
    return true;
  }
}
