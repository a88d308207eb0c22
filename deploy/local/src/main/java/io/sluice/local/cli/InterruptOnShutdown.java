package io.sluice.local.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work close what it opened when the JVM is told to stop (Ctrl-C, SIGTERM): interrupts the
 * thread that does it and holds the JVM until the work has ended.
 *
 * <p>So there is one way of closing, in one order, whether a command ends by itself, fails or is
 * stopped.
 */
public final class InterruptOnShutdown {
  private static final long PATIENCE_SECONDS = 30;

  private InterruptOnShutdown() {}

  /** Does the work in the calling thread. */
  public static <T> T during(Callable<T> work) throws Exception {
    Thread worker = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook = new Thread(() -> interruptAndWait(worker, ended), "interrupt-on-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } finally {
      ended.countDown();
      remove(hook);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdownHasBegun) {
      // The hook is running and returns now that the work has ended.
    }
  }

  private static void interruptAndWait(Thread worker, CountDownLatch ended) {
    worker.interrupt();
    try {
      ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
