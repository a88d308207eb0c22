package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.device.DeviceFailure;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the vectors of examples on the lanes of all devices, with one thread for each pass that
 * a lane computes at a time. A free lane takes the next pass, so that faster devices compute more.
 *
 * <p>All examples of a call are prepared first, on all processors, so that examples of similar
 * length can share a pass. When a shared pass runs out of memory, its halves are tried on the same
 * lane, and later passes are made smaller. An example that does not fit by itself is tried once
 * more while its device computes nothing else. If it runs out of memory again, its outcome is
 * unusable; the other examples are not affected.
 *
 * @param <E> the input of the model
 */
final class ExamplePool<E extends ModelInput> {
  private static final Logger LOG = LoggerFactory.getLogger(ExamplePool.class);

  private final int onDevice;
  private final int atOnce;
  private final int vocabulary;

  /** Each lane as often as it can take another pass. */
  private final BlockingQueue<Lane<E>> idle = new LinkedBlockingQueue<>();

  private final ExecutorService preparing;
  private final ExecutorService computing;
  private final AtomicReference<Passes> passes;

  /** An example with its place among the outcomes. */
  private record Placed<E>(int place, E example) {}

  /**
   * Starts the threads that compute, and those that prepare examples; {@link #shutDown} ends them.
   *
   * @param lanes at least one, with the same model and the same number of threads each; closed by
   *     the caller, after the threads have ended
   * @param passes how examples are divided into passes
   */
  ExamplePool(List<Lane<E>> lanes, Passes passes) {
    this.onDevice = lanes.get(0).threads();
    this.atOnce = onDevice * lanes.size();
    this.vocabulary = lanes.get(0).vectors().vocabulary();
    for (int thread = 0; thread < onDevice; thread++) {
      idle.addAll(lanes);
    }
    this.preparing =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), work -> thread("prepare", work));
    this.computing = Executors.newFixedThreadPool(atOnce, work -> thread("represent", work));
    this.passes = new AtomicReference<>(passes);
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
    List<List<Integer>> divided = passes.get().divide(examples, onDevice, atOnce);
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

  /** Every thread finds a lane, because together they take as many passes as there are threads. */
  private List<Outcome> compute(List<E> pass, ExampleRole role) {
    Lane<E> lane = idle.remove();
    try {
      return compute(lane, pass, role);
    } finally {
      idle.add(lane);
    }
  }

  private List<Outcome> compute(Lane<E> lane, List<E> pass, ExampleRole role) {
    return lane.compute(pass, role)
        .map(rows -> outcomes(pass, rows))
        .orElseGet(() -> withLess(lane, pass, role));
  }

  private List<Outcome> withLess(Lane<E> lane, List<E> pass, ExampleRole role) {
    long tokens = Passes.size(pass).tokens();
    LOG.atWarn()
        .addKeyValue("device", lane.device())
        .addKeyValue("tokens", tokens)
        .addKeyValue("examples", pass.size())
        .log("Too little memory for a pass; trying its halves, or its only example alone");
    if (pass.size() == 1) {
      return List.of(alone(lane, pass.get(0), role));
    }
    int fewer = Math.toIntExact(Math.min(Integer.MAX_VALUE, tokens / 2 * onDevice));
    passes.updateAndGet(all -> all.within(fewer));
    int half = pass.size() / 2;
    List<Outcome> outcomes = new ArrayList<>(compute(lane, pass.subList(0, half), role));
    outcomes.addAll(compute(lane, pass.subList(half, pass.size()), role));
    return outcomes;
  }

  private Outcome alone(Lane<E> lane, E example, ExampleRole role) {
    return lane.computeAlone(example, role)
        .map(rows -> outcome(example, rows))
        .orElseGet(
            () ->
                new Unusable(
                    "its "
                        + example.ids().length
                        + " tokens need more memory than is available: lower the length limit,"
                        + " or turn on recomputation"));
  }

  private static List<Outcome> outcomes(List<? extends ModelInput> pass, List<float[][]> rows) {
    List<Outcome> outcomes = new ArrayList<>(pass.size());
    for (int i = 0; i < pass.size(); i++) {
      outcomes.add(outcome(pass.get(i), rows.get(i)));
    }
    return outcomes;
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
