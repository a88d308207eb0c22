package io.sluice.gpuworker.launch;

import java.util.Optional;

/**
 * Through which a launcher learns that it has to stop, and reports its steps. Thread-safe: it may
 * be called from any thread while {@link Launcher#train} runs.
 */
public interface RunControl {
  /** Why the run has to stop; empty while it has to continue. */
  Optional<StopReason> stopReason();

  /**
   * Reports that a step of the training run is done.
   *
   * @param step counts from 1
   * @param of steps of the whole run
   * @param loss mean of the step, in nats per token
   * @param tokensPerSecond since the run began or was resumed
   */
  void step(ArmRun run, int step, int of, double loss, double tokensPerSecond);

  /**
   * Reports what a user's program has written so far.
   *
   * @param end its last lines, a few thousand characters at most, without secrets
   */
  void output(String end);
}
