package io.sluice.gpuworker.model.config;

/** The types of layers that {@code layer_types} and {@code rope_parameters} distinguish. */
enum LayerType {
  /** Attends to all earlier positions. */
  FULL("full_attention"),
  /** Attends to a sliding window. */
  SLIDING("sliding_attention");

  private final String text;

  LayerType(String text) {
    this.text = text;
  }

  /** The name in {@code config.json}. */
  String text() {
    return text;
  }
}
