package io.sluice.gpuworker.representation;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.gradient.ModelInput;
import io.sluice.gpuworker.gradient.Prepared;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the vectors of examples on several threads, either one thread per GPU or all of them on
 * the CPU. A token budget bounds the memory.
 *
 * <p>When an example runs out of memory, it is tried once more while no other example is being
 * computed. If it runs out of memory again, its outcome is unusable; the other examples are not
 * affected.
 *
 * @param <E> the input of the model
 */
final class ExamplePool<E extends ModelInput> {
  private static final Logger LOG = LoggerFactory.getLogger(ExamplePool.class);

  private final BlockingQueue<ExampleVectors<E>> idle;
  private final ExecutorService threads;
  private final TokenBudget budget;

  /**
   * Starts one thread for each element of {@code vectors}; {@link #shutDown} ends them.
   *
   * @param vectors one element per thread; the same object may occur several times, and is then
   *     used by several threads at a time
   * @param tokensInFlight limit on the tokens that all threads together compute at the same time
   */
  ExamplePool(List<ExampleVectors<E>> vectors, int tokensInFlight) {
    this.idle = new LinkedBlockingQueue<>(vectors);
    this.threads = Executors.newFixedThreadPool(vectors.size(), ExamplePool::thread);
    this.budget = new TokenBudget(tokensInFlight);
  }

  /**
   * Prepares and computes examples. Blocks until all are done.
   *
   * @param examples suppliers that prepare an example; they run on the pool's threads
   * @return one outcome per example, in the order of the examples
   * @throws DeviceFailure when a device fails in a way that this process cannot repair
   * @throws IllegalStateException when the engine fails for another reason than a lack of memory,
   *     or the calling thread is interrupted
   */
  List<Outcome> represent(List<Supplier<Prepared<E>>> examples, ExampleRole role) {
    List<Callable<Outcome>> tasks = new ArrayList<>();
    examples.forEach(example -> tasks.add(() -> represent(example.get(), role)));
    try {
      List<Outcome> outcomes = new ArrayList<>(tasks.size());
      for (Future<Outcome> future : threads.invokeAll(tasks)) {
        outcomes.add(future.get());
      }
      return outcomes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while representing examples", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeviceFailure failure) {
        throw failure;
      }
      throw new IllegalStateException(
          "the engine failed on an example: " + e.getCause().getMessage(), e);
    }
  }

  private Outcome represent(Prepared<E> prepared, ExampleRole role) {
    return prepared.match(example -> compute(example, role), Unusable::new);
  }

  private Outcome compute(E example, ExampleRole role) {
    int tokens = example.ids().length;
    return budget
        .runWithin(tokens, () -> attempt(example, role))
        .or(
            () -> {
              LOG.atWarn()
                  .addKeyValue("tokens", tokens)
                  .log("Too little memory for an example; trying it again alone");
              return budget.runAlone(() -> attempt(example, role));
            })
        .orElseGet(
            () ->
                new Unusable(
                    "its "
                        + tokens
                        + " tokens need more memory than is available: lower the length limit,"
                        + " or turn on recomputation"));
  }

  /** Computes an example; the result is empty when memory ran out. */
  private Optional<Outcome> attempt(E example, ExampleRole role) {
    ExampleVectors<E> vectors = idle.remove();
    try {
      return Optional.of(outcome(vectors, example, role));
    } catch (EngineException | OutOfMemoryError e) {
      DeviceFault fault = DeviceFault.of(e);
      if (fault == DeviceFault.OUT_OF_MEMORY) {
        return Optional.empty();
      }
      if (!fault.isRepairable()) {
        throw new DeviceFailure("a device", fault, e);
      }
      throw e;
    } finally {
      idle.add(vectors);
    }
  }

  private static <E extends ModelInput> Outcome outcome(
      ExampleVectors<E> vectors, E example, ExampleRole role) {
    for (long id : example.ids()) {
      if (id >= vectors.vocabulary()) {
        return new Unusable(SelfTest.unknownToken(id, vectors.vocabulary()));
      }
    }
    float[][] rows = vectors.of(example, role);
    for (int c = 0; c < rows.length; c++) {
      if (!UnitLength.scale(rows[c])) {
        return new Unusable("vector " + (c + 1) + " of " + rows.length + " is zero or not finite");
      }
    }
    return new Represented(
        rows,
        example.ids().length,
        example.uncut(),
        ByteBuffer.wrap(example.hash()),
        example.learnt());
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "represent");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Stops the threads and waits for them, for at most one minute.
   *
   * @return whether all threads have ended, so that the arrays that they used can be freed
   */
  boolean shutDown() {
    threads.shutdownNow();
    try {
      return threads.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
