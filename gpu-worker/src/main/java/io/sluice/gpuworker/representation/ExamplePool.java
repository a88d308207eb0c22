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
import java.util.Arrays;
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
 * <p>All examples of a call are prepared first, on all processors, so that examples of similar
 * length can share a pass. When a pass runs out of memory, each of its examples is tried once more
 * by itself, while nothing else is being computed. If it runs out of memory again, its outcome is
 * unusable; the other examples are not affected.
 *
 * @param <E> the input of the model
 */
final class ExamplePool<E extends ModelInput> {
  private static final Logger LOG = LoggerFactory.getLogger(ExamplePool.class);

  private final int atOnce;
  private final int vocabulary;
  private final BlockingQueue<ExampleVectors<E>> idle;
  private final ExecutorService preparing;
  private final ExecutorService computing;
  private final Passes passes;
  private final TokenBudget budget;

  /** An example with its place among the outcomes. */
  private record Placed<E>(int place, E example) {}

  /**
   * Starts one thread for each element of {@code vectors}, and those that prepare examples; {@link
   * #shutDown} ends them.
   *
   * @param vectors one element per thread; the same object may occur several times, and is then
   *     used by several threads at a time
   * @param passes how examples are divided into passes; its tokens limit those that all threads
   *     together compute at the same time
   */
  ExamplePool(List<ExampleVectors<E>> vectors, Passes passes) {
    this.atOnce = vectors.size();
    this.vocabulary = vectors.get(0).vocabulary();
    this.idle = new LinkedBlockingQueue<>(vectors);
    this.preparing =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), work -> thread("prepare", work));
    this.computing = Executors.newFixedThreadPool(atOnce, work -> thread("represent", work));
    this.passes = passes;
    this.budget = new TokenBudget(passes.tokens());
  }

  /**
   * Prepares and computes examples. Blocks until all are done.
   *
   * @param examples suppliers that prepare an example; they run on threads of the pool
   * @return one outcome per example, in the order of the examples
   * @throws DeviceFailure when a device fails in a way that this process cannot repair
   * @throws IllegalStateException when the engine fails for another reason than a lack of memory,
   *     or the calling thread is interrupted
   */
  List<Outcome> represent(List<Supplier<Prepared<E>>> examples, ExampleRole role) {
    Outcome[] outcomes = new Outcome[examples.size()];
    List<Placed<E>> ready = new ArrayList<>();
    int next = 0;
    for (Prepared<E> prepared :
        all(preparing, examples.stream().<Callable<Prepared<E>>>map(e -> e::get).toList())) {
      int place = next++;
      outcomes[place] =
          prepared.match(
              example -> {
                ready.add(new Placed<>(place, example));
                return unknownToken(example).orElse(null);
              },
              Unusable::new);
    }
    ready.removeIf(placed -> outcomes[placed.place()] != null);
    compute(ready, role, outcomes);
    return Arrays.asList(outcomes);
  }

  private void compute(List<Placed<E>> ready, ExampleRole role, Outcome[] outcomes) {
    List<E> examples = ready.stream().map(Placed::example).toList();
    List<List<Integer>> divided = passes.divide(examples, atOnce);
    List<Callable<List<Outcome>>> tasks = new ArrayList<>();
    for (List<Integer> pass : divided) {
      tasks.add(() -> compute(pass.stream().map(examples::get).toList(), role));
    }
    List<List<Outcome>> computed = all(computing, tasks);
    for (int p = 0; p < divided.size(); p++) {
      for (int i = 0; i < divided.get(p).size(); i++) {
        outcomes[ready.get(divided.get(p).get(i)).place()] = computed.get(p).get(i);
      }
    }
  }

  private static <T> List<T> all(ExecutorService threads, List<? extends Callable<T>> tasks) {
    try {
      List<T> results = new ArrayList<>(tasks.size());
      for (Future<T> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
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

  private Optional<Outcome> unknownToken(E example) {
    return Arrays.stream(example.ids())
        .filter(id -> id >= vocabulary)
        .boxed()
        .findFirst()
        .map(id -> new Unusable(SelfTest.unknownToken(id, vocabulary)));
  }

  private List<Outcome> compute(List<E> pass, ExampleRole role) {
    int tokens = Math.toIntExact(Passes.size(pass).tokens());
    return budget
        .runWithin(tokens, () -> attempt(pass, role))
        .orElseGet(
            () -> {
              LOG.atWarn()
                  .addKeyValue("tokens", tokens)
                  .addKeyValue("examples", pass.size())
                  .log("Too little memory for a pass; trying each of its examples again alone");
              return pass.stream().map(example -> alone(example, role)).toList();
            });
  }

  private Outcome alone(E example, ExampleRole role) {
    return budget
        .runAlone(() -> attempt(List.of(example), role))
        .map(outcomes -> outcomes.get(0))
        .orElseGet(
            () ->
                new Unusable(
                    "its "
                        + example.ids().length
                        + " tokens need more memory than is available: lower the length limit,"
                        + " or turn on recomputation"));
  }

  /** Computes the examples of a pass; the result is empty when memory ran out. */
  private Optional<List<Outcome>> attempt(List<E> pass, ExampleRole role) {
    ExampleVectors<E> vectors = idle.remove();
    try {
      List<float[][]> rows = vectors.of(pass, role);
      List<Outcome> outcomes = new ArrayList<>(pass.size());
      for (int i = 0; i < pass.size(); i++) {
        outcomes.add(outcome(pass.get(i), rows.get(i)));
      }
      return Optional.of(outcomes);
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

  private static Outcome outcome(ModelInput example, float[][] rows) {
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

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Stops the threads and waits for them, for at most one minute.
   *
   * @return whether all threads have ended, so that the arrays that they used can be freed
   */
  boolean shutDown() {
    preparing.shutdownNow();
    computing.shutdownNow();
    try {
      return preparing.awaitTermination(1, TimeUnit.MINUTES)
          && computing.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
