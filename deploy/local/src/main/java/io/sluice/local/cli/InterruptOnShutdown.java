package io.sluice.local.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

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

  /**
   * Does the work in the calling thread.
   *
   * @throws InterruptedException when the work ended because the JVM stops, whatever it threw
   */
  public static <T> T during(Callable<T> work) throws Exception {
    Thread worker = Thread.currentThread();
    AtomicBoolean stopping = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(1);
    Runnable stop =
        () -> {
          stopping.set(true);
          worker.interrupt();
          await(ended);
        };
    Thread hook = new Thread(stop, "interrupt-on-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } catch (Exception | Error e) {
      if (stopping.get()) {
        throw (InterruptedException) new InterruptedException("stopped").initCause(e);
      }
      throw e;
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

  private static void await(CountDownLatch ended) {
    try {
      ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
