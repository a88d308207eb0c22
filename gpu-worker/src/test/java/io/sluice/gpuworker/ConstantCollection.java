package io.sluice.gpuworker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Forces garbage collection over and over while a test runs. DJL can hand autograd memory that the
 * collector frees before the backward pass reads it; the loss stays right and the gradient becomes
 * noise.
 */
public final class ConstantCollection implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(ConstantCollection.class);

  /**
   * The shortest pause between two collections, about a pass through a small model. A pause is also
   * never shorter than the collection before it: a collection stops all other threads, and with a
   * fixed pause a test on a slow machine would do little but collect.
   */
  private static final long SHORTEST_PAUSE_NANOS = 5_000_000;

  /** A thread that collects garbage until it is closed. */
  public static final class Collector implements AutoCloseable {
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong collections = new AtomicLong();
    private final Thread thread = new Thread(this::collect, "collector");

    /** Begins to collect. */
    public static Collector begin() {
      Collector collector = new Collector();
      collector.thread.start();
      return collector;
    }

    private void collect() {
      while (!done.get()) {
        long begin = System.nanoTime();
        System.gc();
        collections.incrementAndGet();
        LockSupport.parkNanos(Math.max(SHORTEST_PAUSE_NANOS, System.nanoTime() - begin));
      }
    }

    /** How often it has collected since it began. */
    public long collections() {
      return collections.get();
    }

    @Override
    public void close() {
      done.set(true);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(OURS).put(Collector.class, Collector.begin());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    context.getStore(OURS).remove(Collector.class, Collector.class).close();
  }
}
