package io.sluice.gpuworker.service;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that works beside a service's Kafka thread and runs one task after the other. */
public final class WorkThread implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkThread.class);
  private static final long STOP_TIMEOUT_SECONDS = 60;

  private final ExecutorService thread;

  /**
   * Creates the thread, which ends with {@link #close()}.
   *
   * @param name of the thread
   */
  public WorkThread(String name) {
    thread = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
  }

  @Override
  public void execute(Runnable work) {
    thread.execute(work);
  }

  /**
   * Interrupts the current task and waits for its end, one minute at most, so that what the task
   * uses can be closed afterwards.
   */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        LOG.atError().log("The work has not stopped in time: not waiting any longer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
