package io.sluice.gpuworker.representation;

/**
 * How examples are computed. Without effect on what comes out, but for the last bits.
 *
 * @param tokensInFlight tokens of all the examples that are computed at a time, at least 1; bounds
 *     the memory. One example that is longer is computed alone.
 * @param recompute whether the layers of a pass are computed again on the way back instead of being
 *     kept: about half of the memory of a pass for a third more time
 */
public record ComputeSettings(int tokensInFlight, boolean recompute) {
  /** The default of {@code tokensInFlight}. */
  public static final int DEFAULT_TOKENS_IN_FLIGHT = 8192;

  /** Everything kept, within the default bound. */
  public static final ComputeSettings DEFAULT =
      new ComputeSettings(DEFAULT_TOKENS_IN_FLIGHT, false);

  /** Checks the bound. */
  public ComputeSettings {
    if (tokensInFlight < 1) {
      throw new IllegalArgumentException(
          tokensInFlight + " tokens in flight: allow at least 1, better some thousands");
    }
  }
}
