package io.sluice.gpuworker.launch;

import java.util.Optional;

/**
 * What a launcher sees of whoever asked for a training run. Thread-safe: it may be asked and called
 * from any thread while {@link Launcher#train} runs.
 */
public interface RunControl {
  /** Why the run is to stop; empty while it is to go on. */
  Optional<Stop> stopped();

  /**
   * Reports a step of the training run.
   *
   * @param step counts from 1
   * @param of steps of the whole run
   * @param loss mean of the step, in nats per token
   * @param tokensPerSecond since the run began or was resumed
   */
  void step(ArmRun run, int step, int of, double loss, double tokensPerSecond);
}
