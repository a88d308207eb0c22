package io.sluice.gpuworker.service;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that works beside a service's Kafka thread, one thing after the other. */
public final class WorkThread implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkThread.class);
  private static final long PATIENCE_SECONDS = 60;

  private final ExecutorService thread;

  /** A thread of this name. */
  public WorkThread(String name) {
    thread = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
  }

  @Override
  public void execute(Runnable work) {
    thread.execute(work);
  }

  /** Interrupts the work; what it uses is not used any more when this returns. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.atError().log("The work in hand is still being done: not waiting any longer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
