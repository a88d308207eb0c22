package io.sluice.gpuworker.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;

/** The life of a service on a thread of its own: started once, closed by any thread, or failed. */
public final class ServiceThread implements AutoCloseable {
  private final String what;
  private final Runnable body;
  private final Runnable lastly;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread thread;

  /**
   * A service that is not yet started.
   *
   * @param what it is called in messages, and the thread after it
   * @param body its work; returns soon once {@link #isClosing()}
   * @param lastly lets go of what the service holds, started or not; called once
   */
  public ServiceThread(String what, Runnable body, Runnable lastly) {
    this.what = what;
    this.body = body;
    this.lastly = lastly;
    this.thread = new Thread(this::run, "sluice-" + what);
  }

  /**
   * Starts it; returns at once.
   *
   * @throws IllegalStateException when it was started or closed before
   */
  public void start() {
    if (closing.get() || thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException("a " + what + " starts once: make another");
    }
    thread.start();
  }

  /** Whether it is to end. */
  public boolean isClosing() {
    return closing.get();
  }

  /**
   * Waits until it has ended.
   *
   * @throws ServiceFailure when it ended by itself; says why
   */
  public void awaitEnd() {
    try {
      ended.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof ServiceFailure failure
          ? failure
          : new ServiceFailure("the " + what + " failed: " + e.getCause(), e.getCause());
    }
  }

  /**
   * Has it end, and returns when it has; a failure meanwhile is told by {@link #awaitEnd()}.
   * Closing again has no effect.
   */
  @Override
  public void close() {
    if (!closing.getAndSet(true) && thread.getState() == Thread.State.NEW) {
      lastly.run();
      ended.complete(null);
    }
    ended.handle((done, failure) -> done).join();
  }

  private void run() {
    try {
      body.run();
    } catch (ServiceFailure e) {
      ended.completeExceptionally(e);
    } catch (KafkaException e) {
      ended.completeExceptionally(
          new ServiceFailure(
              "Kafka fails the "
                  + what
                  + ": check bootstrap.servers, the topics and the permissions ("
                  + e.getMessage()
                  + ")",
              e));
    } catch (RuntimeException | Error e) {
      ended.completeExceptionally(e);
    } finally {
      lastly.run();
      ended.complete(null);
    }
  }
}
