package io.sluice.gpuworker.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a service on one thread: started once, and ended by {@link #close()} or by a failure. Its
 * methods may be called from any thread.
 */
public final class ServiceThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceThread.class);

  /** Leaves time to close the Kafka clients before a process must have ended. */
  public static final Duration GRACE = Duration.ofSeconds(4);

  private final String what;
  private final Runnable body;
  private final Runnable lastly;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Duration grace;
  private final Thread thread;

  /**
   * A service that has not been started.
   *
   * @param what the service's name in messages and in the thread's name
   * @param body the service's work; returns soon after {@link #isClosing()} has become true
   * @param lastly releases the service's resources, whether it was started or not; called once
   */
  public ServiceThread(String what, Runnable body, Runnable lastly) {
    this(what, body, lastly, GRACE);
  }

  /**
   * The same with another grace period.
   *
   * @param grace how long {@link #close()} waits for the body before it interrupts it
   */
  ServiceThread(String what, Runnable body, Runnable lastly, Duration grace) {
    this.what = what;
    this.body = body;
    this.lastly = lastly;
    this.grace = grace;
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
   *
   * <p>A body that is still at work after the grace period is interrupted: it may be waiting for
   * Kafka. What it has not committed is left to the next instance, as after a crash.
   */
  @Override
  public void close() {
    if (!closing.getAndSet(true) && thread.getState() == Thread.State.NEW) {
      lastly.run();
      ended.complete(null);
    }
    if (!endsWithinGrace()) {
      LOG.atWarn()
          .addKeyValue("service", what)
          .addKeyValue("grace", grace)
          .log("The service is interrupted in its work: another instance repeats what it leaves");
      interrupted.set(true);
      thread.interrupt();
      ended.handle((done, failure) -> done).join();
    }
  }

  private boolean endsWithinGrace() {
    CompletableFuture<Boolean> end = ended.handle((done, failure) -> true);
    return end.completeOnTimeout(false, grace.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  private void run() {
    try {
      body.run();
    } catch (RuntimeException e) {
      if (interrupted.get()) {
        // Whatever the body was waiting for has failed, in one way or another.
        LOG.atInfo().addKeyValue("service", what).addKeyValue("reason", e).log("Interrupted");
      } else {
        ended.completeExceptionally(e instanceof KafkaException kafka ? failure(kafka) : e);
      }
    } catch (Error e) {
      ended.completeExceptionally(e);
    } finally {
      // What follows must not be interrupted as well.
      Thread.interrupted();
      lastly.run();
      ended.complete(null);
    }
  }

  private ServiceFailure failure(KafkaException cause) {
    return new ServiceFailure(
        "the "
            + what
            + " failed because of Kafka: check bootstrap.servers, the topics and the permissions ("
            + cause.getMessage()
            + ")",
        cause);
  }
}
