package io.sluice.local.cli.process;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stops the work of a command in an orderly way when the JVM is asked to shut down (Ctrl-C,
 * SIGTERM).
 *
 * <p>A shutdown hook stops the work while it runs, and is removed when the work has ended without
 * it. The resources of the work are therefore closed in the same place and in the same order,
 * whether the command completes, fails or is stopped.
 */
public final class Shutdown {
  private static final long MAX_WAIT_SECONDS = 30;

  private Shutdown() {}

  /**
   * Runs work in the calling thread. A shutdown interrupts this thread and then waits, for at most
   * 30 seconds, until the work has ended.
   *
   * @throws InterruptedException if the work failed after a shutdown interrupted it, with the
   *     failure as cause
   */
  public static <T> T runInterruptibly(Callable<T> work) throws Exception {
    Thread worker = Thread.currentThread();
    AtomicBoolean stopping = new AtomicBoolean();
    CountDownLatch ended = new CountDownLatch(1);
    Runnable stop =
        () -> {
          stopping.set(true);
          worker.interrupt();
          await(ended);
        };
    Callable<T> signalled =
        () -> {
          try {
            return work.call();
          } finally {
            ended.countDown();
          }
        };
    try {
      return runStoppable(stop, signalled);
    } catch (Exception | Error e) {
      if (stopping.get()) {
        throw (InterruptedException) new InterruptedException("stopped").initCause(e);
      }
      throw e;
    }
  }

  /**
   * Runs work in the calling thread. A shutdown calls {@code stop} in another thread, and waits
   * until {@code stop} returns.
   *
   * @param stop stops the work, and returns when it has ended
   */
  public static <T> T runStoppable(Runnable stop, Callable<T> work) throws Exception {
    Thread hook = new Thread(stop, "sluice-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } finally {
      remove(hook);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shutdownHasBegun) {
      // The hook is running already, and returns because the work has ended.
    }
  }

  private static void await(CountDownLatch ended) {
    try {
      ended.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
