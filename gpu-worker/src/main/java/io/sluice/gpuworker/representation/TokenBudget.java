package io.sluice.gpuworker.representation;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Limits how many tokens are computed at the same time. Thread-safe; waiting threads are served in
 * the order of their arrival.
 */
final class TokenBudget {
  private final int tokens;
  private final Semaphore free;

  TokenBudget(int tokens) {
    this.tokens = tokens;
    this.free = new Semaphore(tokens, true);
  }

  /**
   * Waits until the tokens fit into the budget, then runs some work on the calling thread. Work
   * with more tokens than the whole budget runs alone.
   *
   * @throws IllegalStateException when the thread is interrupted while it waits
   */
  <T> T runWithin(int wanted, Supplier<T> work) {
    int taken = Math.min(wanted, tokens);
    try {
      free.acquire(taken);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for memory for an example", e);
    }
    try {
      return work.get();
    } finally {
      free.release(taken);
    }
  }

  /** Waits until no other work is running, then runs some work on the calling thread. */
  <T> T runAlone(Supplier<T> work) {
    return runWithin(tokens, work);
  }
}
