package io.sluice.local.stack;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes what was opened, the last first, each even when another fails. For parts that open one
 * after the other and must all be closed when a later one cannot open.
 */
public final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Takes charge of closing something; returns it. */
  public <T extends AutoCloseable> T push(T resource) {
    opened.push(resource);
    return resource;
  }

  /**
   * Closes everything. A waiting interrupt does not cut the closing short; it is kept for the
   * caller.
   *
   * @throws StackException when something could not be closed, after the rest was
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    StackException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (Exception e) {
        if (failure == null) {
          failure = new StackException("could not stop cleanly: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
