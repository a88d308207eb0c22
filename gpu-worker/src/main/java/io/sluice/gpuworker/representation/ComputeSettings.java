package io.sluice.gpuworker.representation;

/**
 * Limits on the memory that computing examples takes. They do not change the vectors, except for
 * rounding in the last bits.
 *
 * @param tokensInFlight limit on the tokens of all examples that are computed at the same time, at
 *     least 1; bounds the memory. An example that is longer than the limit is computed alone.
 * @param recompute whether the backward pass computes the layers' activations again instead of
 *     keeping them (activation checkpointing): a pass takes about half of the memory and a third
 *     more time
 */
public record ComputeSettings(int tokensInFlight, boolean recompute) {
  /** The default of {@code tokensInFlight}. */
  public static final int DEFAULT_TOKENS_IN_FLIGHT = 8192;

  /** The default limit on tokens in flight; activations are kept. */
  public static final ComputeSettings DEFAULT =
      new ComputeSettings(DEFAULT_TOKENS_IN_FLIGHT, false);

  /** Throws {@link IllegalArgumentException} when the limit is below 1. */
  public ComputeSettings {
    if (tokensInFlight < 1) {
      throw new IllegalArgumentException(
          tokensInFlight + " tokens in flight: allow at least 1, preferably several thousand");
    }
  }
}
