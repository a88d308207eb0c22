package io.sluice.gpuworker.representation;

import ai.djl.engine.EngineException;
import io.sluice.gpuworker.gradient.Encoded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device whose vectors are the length of an example and 1. It counts the tokens in flight, runs
 * out of memory when they are too many, and fails when told so.
 */
final class FakeDevice implements ExampleVectors<Encoded.Example> {
  final AtomicInteger most = new AtomicInteger();
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger loads = new AtomicInteger(1);
  final AtomicInteger releases = new AtomicInteger();
  final List<Integer> passes = Collections.synchronizedList(new ArrayList<>());

  /** The errors of the next passes, one each. */
  final BlockingQueue<String> errors = new LinkedBlockingQueue<>();

  volatile int memory = Integer.MAX_VALUE;
  volatile boolean reloads = true;
  volatile boolean closed;

  /** Runs before a pass fails with an error. */
  volatile Runnable beforeAnError = () -> {};

  private final AtomicInteger inFlight = new AtomicInteger();

  Lane<Encoded.Example> lane(int threads, int tokens) {
    return new Lane<>(new Loaded(), threads, tokens);
  }

  @Override
  public List<float[][]> of(List<Encoded.Example> examples, ExampleRole role) {
    int tokens = Math.toIntExact(Passes.size(examples).tokens());
    int now = inFlight.addAndGet(tokens);
    try {
      Thread.sleep(2);
      String error = errors.poll();
      if (error != null) {
        beforeAnError.run();
        throw new EngineException(error);
      }
      if (now > memory) {
        failures.incrementAndGet();
        throw new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB");
      }
      most.accumulateAndGet(now, Math::max);
      passes.add(examples.size());
      return examples.stream().map(example -> new float[][] {{example.ids().length, 1}}).toList();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      inFlight.addAndGet(-tokens);
    }
  }

  @Override
  public int dimension() {
    return 2;
  }

  @Override
  public float[] weights() {
    return new float[] {1};
  }

  @Override
  public int vocabulary() {
    return 10;
  }

  @Override
  public void describe(Fingerprint fingerprint) {}

  @Override
  public void selfTest(Encoded.Example example) {}

  /** The model, which is another object each time that it is loaded. */
  private final class Loaded implements Lane.OnDevice<Encoded.Example> {
    @Override
    public String device() {
      return "gpu(7)";
    }

    @Override
    public ExampleVectors<Encoded.Example> vectors() {
      return FakeDevice.this;
    }

    @Override
    public void releaseReserve() {
      releases.incrementAndGet();
    }

    @Override
    public Optional<Lane.OnDevice<Encoded.Example>> anew() throws IOException {
      if (!reloads) {
        throw new IOException("model.safetensors is missing");
      }
      loads.incrementAndGet();
      return Optional.of(new Loaded());
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
