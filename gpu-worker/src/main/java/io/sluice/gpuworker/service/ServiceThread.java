package io.sluice.gpuworker.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;

/**
 * Runs a service on one thread: started once, and ended by {@link #close()} or by a failure. Its
 * methods may be called from any thread.
 */
public final class ServiceThread implements AutoCloseable {
  private final String what;
  private final Runnable body;
  private final Runnable lastly;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread thread;

  /**
   * A service that has not been started.
   *
   * @param what the service's name in messages and in the thread's name
   * @param body the service's work; returns soon after {@link #isClosing()} has become true
   * @param lastly releases the service's resources, whether it was started or not; called once
   */
  public ServiceThread(String what, Runnable body, Runnable lastly) {
    this.what = what;
    this.body = body;
    this.lastly = lastly;
    this.thread = new Thread(this::run, "sluice-" + what);
  }

  /**
   * Starts the thread; returns at once.
   *
   * @throws IllegalStateException when it was started or closed before
   */
  public void start() {
    if (closing.get() || thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException("a " + what + " can be started only once: create another");
    }
    thread.start();
  }

  /** Whether the service has been asked to end. */
  public boolean isClosing() {
    return closing.get();
  }

  /**
   * Waits until the service has ended.
   *
   * @throws ServiceFailure when it ended because of a failure
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
   * Asks the service to end, and returns when it has. {@link #awaitEnd()} reports a failure that
   * happened meanwhile. Closing again has no effect.
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
              "the "
                  + what
                  + " failed because of Kafka: check bootstrap.servers, the topics and the permissions ("
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
