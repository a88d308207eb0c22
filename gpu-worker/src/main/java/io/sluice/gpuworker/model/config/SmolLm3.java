package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;

/** SmolLM 3 (Bakouch et al. 2025): by default, every fourth layer has no position embedding. */
final class SmolLm3 implements Traits {
  private static final int INTERVAL = 4;

  @Override
  public String className() {
    return "SmolLM3";
  }

  @Override
  public boolean feedForwardBias(JsonFile config) throws UnusableModelException {
    return config.flag("mlp_bias", false);
  }

  @Override
  public boolean tiedByDefault() {
    return true;
  }

  @Override
  public double defaultTheta(LayerType type) {
    return 2e6;
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    return Windows.optional(config, OptionalInt.empty());
  }

  @Override
  public boolean rotary(JsonFile config, int layer) throws UnusableModelException {
    int interval = config.count("no_rope_layer_interval", INTERVAL);
    return config
        .item("no_rope_layers", layer)
        .map(rotary -> rotary.asInt() != 0)
        .orElse((layer + 1) % interval != 0);
  }

  @Override
  public boolean windowed(JsonFile config, int layer) throws UnusableModelException {
    return !rotary(config, layer);
  }

  @Override
  public OptionalInt defaultPadding() {
    return OptionalInt.of(128_004);
  }
}
