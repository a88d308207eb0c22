package io.sluice.local.stack;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes resources in the reverse order of opening, and closes all of them even when one fails. It
 * is for parts that are opened one after the other and must all be closed when a later one cannot
 * be opened. Used by one thread.
 */
public final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Adds a resource that {@link #close} will close, and returns it. */
  public <T extends AutoCloseable> T push(T resource) {
    opened.push(resource);
    return resource;
  }

  /**
   * Closes all resources. A pending interrupt does not end this early; the interrupt status is
   * restored for the caller.
   *
   * @throws StackException when a resource could not be closed, after all others were
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
          failure = new StackException("a part could not be stopped cleanly: " + e.getMessage(), e);
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
