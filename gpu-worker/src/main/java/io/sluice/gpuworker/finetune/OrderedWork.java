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
 * Runs tasks on several threads and passes their results on in the order of the tasks, so that sums
 * of the results do not depend on the number of threads. Closing it ends the threads.
 */
final class OrderedWork implements AutoCloseable {
  /**
   * The number of tasks per thread that may be running or waiting for an earlier result. Results
   * may be as large as the model, so there must not be many.
   */
  private static final int TASKS_PER_THREAD = 2;

  private final ExecutorService threads;
  private final int maxRunning;

  OrderedWork(int threads) {
    this.threads = Executors.newFixedThreadPool(threads, OrderedWork::thread);
    maxRunning = TASKS_PER_THREAD * threads;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "train");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs all tasks. No task is running any longer when this method returns or throws.
   *
   * @param sink receives the results in the order of the tasks, on the calling thread
   * @throws InterruptedException when interrupted
   * @throws IllegalStateException when a task fails; the cause is its exception
   */
  <T> void run(List<? extends Supplier<T>> tasks, Consumer<T> sink) throws InterruptedException {
    Deque<CompletableFuture<T>> running = new ArrayDeque<>();
    try {
      for (Supplier<T> task : tasks) {
        if (running.size() == maxRunning) {
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
              + " (if memory is short, lower the tokens of a pack, the threads or the length"
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
