package io.sluice.gpuworker.finetune;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Work on several threads whose results are taken in order, so that what is made of them does not
 * depend on the number of threads.
 */
final class OrderedWork implements AutoCloseable {
  /** Results that may wait for an earlier one, a thread: each may be as large as the model. */
  private static final int AHEAD = 2;

  private final ExecutorService threads;
  private final int ahead;

  OrderedWork(int threads) {
    this.threads = Executors.newFixedThreadPool(threads, OrderedWork::thread);
    ahead = AHEAD * threads;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "train");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Does all work; none of it runs any more on return, however that comes about.
   *
   * @param sink takes the results, in the order of the tasks, on the calling thread
   * @throws InterruptedException when interrupted
   * @throws IllegalStateException when a task failed
   */
  <T> void run(List<? extends Supplier<T>> tasks, Consumer<T> sink) throws InterruptedException {
    Deque<CompletableFuture<T>> running = new ArrayDeque<>();
    try {
      for (Supplier<T> task : tasks) {
        if (running.size() == ahead) {
          sink.accept(running.element().get());
          running.remove();
        }
        running.add(CompletableFuture.supplyAsync(task, threads));
      }
      while (!running.isEmpty()) {
        sink.accept(running.element().get());
        running.remove();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the engine failed: "
              + e.getCause().getMessage()
              + " (where memory is short, lower the tokens of a pack, the threads or the length"
              + " limit)",
          e.getCause());
    } finally {
      running.forEach(task -> task.handle((result, failure) -> "ended").join());
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
