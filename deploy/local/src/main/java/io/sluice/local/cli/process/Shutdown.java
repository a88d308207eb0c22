package io.sluice.local.cli.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the work of a command in an orderly way when the JVM is asked to shut down (Ctrl-C,
 * SIGTERM).
 *
 * <p>A shutdown hook stops the work while it runs, and is removed when the work has ended without
 * it. The resources of the work are therefore closed in the same place and in the same order,
 * whether the command completes, fails or is stopped.
 */
public final class Shutdown {
  /**
   * How long a service may take to stop; then its process ends as if it was killed, which loses no
   * data. Supervisors expect the end of a process after ten seconds.
   */
  public static final Duration SERVICE_LIMIT = Duration.ofSeconds(8);

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  private Shutdown() {}

  /**
   * Runs work in the calling thread. A shutdown interrupts this thread and then waits until the
   * work has ended.
   *
   * @param limit how long the shutdown waits at most; then the process ends in any case
   * @throws InterruptedException if the work failed after a shutdown interrupted it, with the
   *     failure as cause
   */
  public static <T> T runInterruptibly(Duration limit, Callable<T> work) throws Exception {
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
      return runStoppable(limit, stop, signalled);
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
   * @param limit how long the shutdown waits at most; then the process ends in any case
   * @param stop stops the work, and returns when it has ended
   */
  public static <T> T runStoppable(Duration limit, Runnable stop, Callable<T> work)
      throws Exception {
    Thread hook = new Thread(() -> stopWithin(limit, stop), "sluice-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } finally {
      remove(hook);
    }
  }

  /**
   * Runs {@code stop} in a thread of its own. The JVM halts when its shutdown hooks have returned,
   * whatever other threads do.
   */
  static void stopWithin(Duration limit, Runnable stop) {
    Thread stopping = new Thread(stop, "sluice-stop");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(limit.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (stopping.isAlive()) {
      LOG.atWarn()
          .addKeyValue("limit", limit)
          .log("Not stopped in time, since something does not respond: ending as after a crash");
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
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
