package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Map;

/** The activation of a feed-forward block. */
public enum Activation {
  /** {@code x * sigmoid(x)}, the sigmoid linear unit (Elfwing et al. 2018). */
  SILU,
  /** {@code x * Phi(x)}, the Gaussian error linear unit (Hendrycks and Gimpel 2016). */
  GELU,
  /** The approximation of {@link #GELU} by a hyperbolic tangent, from the same paper. */
  GELU_TANH;

  private static final Map<String, Activation> BY_NAME =
      Map.of(
          "silu", SILU,
          "swish", SILU,
          "gelu", GELU,
          "gelu_pytorch_tanh", GELU_TANH,
          "gelu_new", GELU_TANH,
          "gelu_fast", GELU_TANH);

  /**
   * Reads a field with the name of an activation.
   *
   * @param orElse the name if the field is absent
   * @throws UnusableModelException when it is not supported; the message lists those that are
   */
  static Activation read(JsonFile config, String field, String orElse)
      throws UnusableModelException {
    String name = config.text(field, orElse);
    config.requireOneOf(field, name, BY_NAME.keySet());
    return BY_NAME.get(name);
  }
}
