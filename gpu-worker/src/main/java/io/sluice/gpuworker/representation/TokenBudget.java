package io.sluice.gpuworker.representation;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Bounds how many tokens are computed at a time. Thread-safe; first come, first served. */
final class TokenBudget {
  private final int tokens;
  private final Semaphore free;

  TokenBudget(int tokens) {
    this.tokens = tokens;
    this.free = new Semaphore(tokens, true);
  }

  /** Does some work when its tokens fit; more than the budget has are done alone. */
  <T> T within(int wanted, Supplier<T> work) {
    int taken = Math.min(wanted, tokens);
    try {
      free.acquire(taken);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an example waited for memory", e);
    }
    try {
      return work.get();
    } finally {
      free.release(taken);
    }
  }

  /** Does some work while nothing else is done. */
  <T> T alone(Supplier<T> work) {
    return within(tokens, work);
  }
}
