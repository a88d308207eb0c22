package io.sluice.gpuworker.representation;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.representation.Representer.Outcome;
import io.sluice.gpuworker.representation.Representer.Represented;
import io.sluice.gpuworker.representation.Representer.Unusable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * Computes examples on several threads, each on a device of its own or all on the CPU, within a
 * budget of tokens.
 *
 * <p>An example that does not find enough memory is computed again while no other is; one that even
 * then does not is unusable, and the others go on.
 */
final class ExamplePool {
  private static final Logger LOG = LoggerFactory.getLogger(ExamplePool.class);

  /** How PyTorch words it, on a GPU and on a CPU. */
  private static final List<String> NO_MEMORY =
      List.of("out of memory", "can't allocate memory", "not enough memory");

  private final BlockingQueue<ExampleVectors> idle;
  private final ExecutorService threads;
  private final TokenBudget budget;

  /**
   * Starts one thread for each of the given vectors; close the pool to end them.
   *
   * @param vectors what each thread computes with; one that is thread-safe may be given several
   *     times
   * @param tokensInFlight of all threads together
   */
  ExamplePool(List<ExampleVectors> vectors, int tokensInFlight) {
    this.idle = new LinkedBlockingQueue<>(vectors);
    this.threads = Executors.newFixedThreadPool(vectors.size(), ExamplePool::thread);
    this.budget = new TokenBudget(tokensInFlight);
  }

  /**
   * Computes examples.
   *
   * @param examples from text to tokens, done on the pool's threads
   * @return one outcome an example, in order
   */
  List<Outcome> represent(List<Supplier<Encoded>> examples, ExampleRole role) {
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
      throw new IllegalStateException(
          "the engine failed on an example: " + e.getCause().getMessage(), e);
    }
  }

  private Outcome represent(Encoded encoded, ExampleRole role) {
    if (encoded instanceof Encoded.Refused refused) {
      return new Unusable(refused.reason());
    }
    Encoded.Example example = (Encoded.Example) encoded;
    int tokens = example.ids().length;
    return budget
        .within(tokens, () -> attempt(example, role))
        .or(
            () -> {
              LOG.atWarn()
                  .addKeyValue("tokens", tokens)
                  .log("An example found too little memory; it is tried again alone");
              return budget.alone(() -> attempt(example, role));
            })
        .orElseGet(
            () ->
                new Unusable(
                    "its "
                        + tokens
                        + " tokens need more memory than there is: lower the length limit or have"
                        + " layers recomputed"));
  }

  /** Empty when there is too little memory. */
  private Optional<Outcome> attempt(Encoded.Example example, ExampleRole role) {
    ExampleVectors vectors = idle.remove();
    try {
      return Optional.of(outcome(vectors, example, role));
    } catch (EngineException | OutOfMemoryError e) {
      if (!isOutOfMemory(e)) {
        throw e;
      }
      return Optional.empty();
    } finally {
      idle.add(vectors);
    }
  }

  private static Outcome outcome(
      ExampleVectors vectors, Encoded.Example example, ExampleRole role) {
    for (long id : example.ids()) {
      if (id >= vectors.vocabulary()) {
        return new Unusable(
            "token " + id + " is beyond the model's " + vectors.vocabulary() + ": wrong tokenizer");
      }
    }
    float[][] rows = vectors.of(example, role);
    for (int c = 0; c < rows.length; c++) {
      if (!UnitLength.scale(rows[c])) {
        return new Unusable("its vector " + (c + 1) + " is zero or not finite");
      }
    }
    return new Represented(rows, example.ids().length);
  }

  private static boolean isOutOfMemory(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof OutOfMemoryError || NO_MEMORY.stream().anyMatch(message::contains);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "represent");
    thread.setDaemon(true);
    return thread;
  }

  /** Ends the threads; returns whether none computes any more, which takes a minute at most. */
  boolean end() {
    threads.shutdownNow();
    try {
      return threads.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
