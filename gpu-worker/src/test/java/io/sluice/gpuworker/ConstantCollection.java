package io.sluice.gpuworker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Collects garbage continually while a test runs. The tests that it extends would otherwise rarely
 * detect one kind of fault: DJL can give autograd memory that the garbage collector frees before
 * the backward pass reads it. The loss is then correct, but the gradient is noise.
 */
public final class ConstantCollection implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ConstantCollection.class);

  /**
   * The shortest pause between two collections, about as long as a pass through a small model. A
   * pause is also at least as long as the collection before it: a collection stops all other
   * threads, and with a fixed pause a test on a slow machine would spend nearly all of its time in
   * collections.
   */
  private static final long SHORTEST_PAUSE_NANOS = 5_000_000;

  /** Collects garbage on its own thread until it is closed. */
  public static final class Collector implements AutoCloseable {
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong collections = new AtomicLong();
    private final Thread thread = new Thread(this::collect, "collector");

    /** Starts a thread that collects garbage. */
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

    /** The number of collections so far. */
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
    context.getStore(NAMESPACE).put(Collector.class, Collector.begin());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    context.getStore(NAMESPACE).remove(Collector.class, Collector.class).close();
  }
}
