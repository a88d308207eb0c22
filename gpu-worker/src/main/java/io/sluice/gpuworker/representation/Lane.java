package io.sluice.gpuworker.representation;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.device.DeviceFailure;
import io.sluice.gpuworker.device.DeviceFault;
import io.sluice.gpuworker.device.DeviceFaults;
import io.sluice.gpuworker.gradient.ModelInput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model on one device, which outlives errors of the engine. Several threads may compute on it at
 * a time, within a token budget.
 *
 * <p>What becomes of an error depends on its {@link DeviceFault}. When memory runs out, the caller
 * learns of it and can try less at a time. When the engine fails otherwise, the model is loaded
 * anew and the pass is repeated: once for each pass, and a limited number of times in all. A device
 * that this process cannot use any more makes it end, see {@link DeviceFailure}.
 *
 * @param <E> the input of the model
 */
final class Lane<E extends ModelInput> implements AutoCloseable {
  /**
   * A device that needs more than this is better looked at by a person, or left to a new process.
   */
  static final int MOST_RESTARTS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final int threads;
  private final TokenBudget budget;
  private final DeviceFaults faults;

  /** Held for reading while a pass is computed, and for writing while the model is replaced. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private volatile OnDevice<E> current;
  private volatile boolean lost;

  /** A model that is loaded onto a device. Closing it frees its memory. */
  interface OnDevice<E extends ModelInput> extends AutoCloseable {
    /** The name of the device, such as {@code gpu(0)}. */
    String device();

    /** Computes vectors with the model. */
    ExampleVectors<E> vectors();

    /** Gives memory back that the engine keeps in reserve, if it does. */
    default void releaseReserve() {}

    /**
     * Frees this model and loads it once more, onto the same device.
     *
     * @return empty, and nothing is freed, if that would repair nothing
     * @throws IOException when its files are unusable by now, or the device fails a self-test
     */
    default Optional<OnDevice<E>> anew() throws IOException {
      return Optional.empty();
    }

    @Override
    void close();
  }

  /**
   * A lane with a loaded model.
   *
   * @param model closed with the lane
   * @param threads the number of passes to compute at the same time, at least 1
   * @param tokens limit on the tokens of all passes that are computed at the same time
   */
  Lane(OnDevice<E> model, int threads, int tokens) {
    this.current = model;
    this.threads = threads;
    this.budget = new TokenBudget(tokens);
    this.faults = new DeviceFaults(model.device());
  }

  /** The number of passes to compute at the same time. */
  int threads() {
    return threads;
  }

  /** The name of the device. */
  String device() {
    return faults.device();
  }

  /** The errors of the device so far. */
  DeviceFaults faults() {
    return faults;
  }

  /** What describes the vectors is the same whenever the model is loaded anew. */
  ExampleVectors<E> vectors() {
    return current.vectors();
  }

  /**
   * Computes the vectors of the examples of a pass, see {@link ExampleVectors#of}. Waits until the
   * budget has room for it.
   *
   * @return empty when memory ran out
   * @throws DeviceFailure when the process has to end, because of the device
   * @throws EngineException when the engine fails again with a new model, or too often
   */
  Optional<List<float[][]>> compute(List<E> pass, ExampleRole role) {
    int tokens = Math.toIntExact(Passes.size(pass).tokens());
    return budget.runWithin(tokens, () -> attempt(pass, role, true));
  }

  /** Computes the vectors of an example while nothing else is computed on the device, likewise. */
  Optional<float[][]> computeAlone(E example, ExampleRole role) {
    return budget
        .runAlone(() -> attempt(List.of(example), role, true))
        .map(vectors -> vectors.get(0));
  }

  private Optional<List<float[][]>> attempt(List<E> pass, ExampleRole role, boolean mayRestart) {
    Throwable error;
    use.readLock().lock();
    OnDevice<E> model = current;
    try {
      return Optional.of(model.vectors().of(pass, role));
    } catch (EngineException | OutOfMemoryError e) {
      error = e;
    } finally {
      use.readLock().unlock();
    }
    DeviceFault fault = DeviceFault.of(error);
    faults.count(fault);
    if (fault == DeviceFault.OUT_OF_MEMORY) {
      model.releaseReserve();
      return Optional.empty();
    }
    requireUsable(fault, error);
    EngineException failure = (EngineException) error;
    if (!mayRestart) {
      throw failure;
    }
    restart(model, failure);
    return attempt(pass, role, false);
  }

  private void requireUsable(DeviceFault fault, Throwable error) {
    if (!fault.isRepairable()) {
      lost = true;
      throw new DeviceFailure(device(), fault, error);
    }
  }

  /** Replaces the model, unless another thread has done so since it failed. */
  private void restart(OnDevice<E> failed, EngineException reason) {
    use.writeLock().lock();
    try {
      if (current != failed) {
        return;
      }
      if (faults.restarts() == MOST_RESTARTS) {
        throw reason;
      }
      LOG.atWarn()
          .addKeyValue("device", device())
          .addKeyValue("reason", reason.getMessage())
          .log("The engine failed; the model is loaded anew");
      current = failed.anew().orElseThrow(() -> reason);
      faults.countRestart();
      LOG.atInfo().addKeyValue("device", device()).log("The model is loaded anew");
    } catch (EngineException e) {
      requireUsable(DeviceFault.of(e), e);
      throw e;
    } catch (IOException e) {
      throw new EngineException("the model cannot be loaded anew: " + e.getMessage(), e);
    } finally {
      use.writeLock().unlock();
    }
  }

  /**
   * Frees the model; no thread may compute any more. Memory of a lost device is left to the end of
   * the process: CUDA refuses to free it, and some of PyTorch's destructors then abort the JVM.
   */
  @Override
  public void close() {
    if (!lost) {
      current.close();
    }
  }
}
