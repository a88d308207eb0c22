package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.device.DeviceChoice;
import io.sluice.gpuworker.device.DeviceSettings;
import io.sluice.gpuworker.representation.memory.RecomputeMode;
import io.sluice.schemas.FeatureEncoding;
import java.util.OptionalInt;

/**
 * What computes examples, how passes are divided, and limits on the memory that they take. This
 * does not change the vectors, except for rounding in the last bits, and to the encoding in which
 * they are stored.
 *
 * @param devices the devices; sentence embeddings are always computed on the CPU
 * @param tokensInFlight limit on the tokens of all examples that a device computes at the same
 *     time, at least 1; bounds the memory. An example that is longer than the limit is computed
 *     alone.
 * @param recompute when the backward pass computes the layers' activations again instead of keeping
 *     them (activation checkpointing): a pass takes about half of the memory and a third more time
 * @param examplesPerPass the largest number of examples of similar length that share a pass, at
 *     least 1; empty for as many as fit on a GPU, and for one on a CPU
 * @param stored the encoding in which the caller will store candidates. Their vectors may be
 *     rounded to it already, so that less is copied from a GPU: what is encoded is the same. {@code
 *     FLOAT32} if they are used otherwise
 */
public record ComputeSettings(
    DeviceSettings devices,
    int tokensInFlight,
    RecomputeMode recompute,
    OptionalInt examplesPerPass,
    FeatureEncoding stored) {
  /** The default of {@code tokensInFlight}. */
  public static final int DEFAULT_TOKENS_IN_FLIGHT = 8192;

  /** The default devices and limit on tokens in flight; the rest is chosen automatically. */
  public static final ComputeSettings DEFAULT =
      new ComputeSettings(
          DeviceSettings.DEFAULT,
          DEFAULT_TOKENS_IN_FLIGHT,
          RecomputeMode.AUTO,
          OptionalInt.empty(),
          FeatureEncoding.FLOAT32);

  /** Throws {@link IllegalArgumentException} when a limit is below 1. */
  public ComputeSettings {
    if (tokensInFlight < 1) {
      throw new IllegalArgumentException(
          tokensInFlight + " tokens in flight: allow at least 1, preferably several thousand");
    }
    if (examplesPerPass.orElse(1) < 1) {
      throw new IllegalArgumentException(
          examplesPerPass.getAsInt() + " examples per pass: allow at least 1");
    }
  }

  /** The same settings on certain devices, each with as many threads as suit it. */
  public ComputeSettings on(DeviceChoice choice) {
    return new ComputeSettings(
        DeviceSettings.of(choice), tokensInFlight, recompute, examplesPerPass, stored);
  }

  /** The same settings for candidates that will be stored in an encoding. */
  public ComputeSettings storedAs(FeatureEncoding encoding) {
    return new ComputeSettings(devices, tokensInFlight, recompute, examplesPerPass, encoding);
  }

  /**
   * The largest number of examples that share a pass.
   *
   * @param gpu whether the device is a GPU
   */
  int most(boolean gpu) {
    return examplesPerPass.orElse(gpu ? Integer.MAX_VALUE : 1);
  }
}
