package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalDouble;

/** Granite 3 and 4, the dense models (Granite Team, IBM 2024): Llama with constant factors. */
final class Granite implements Traits {
  @Override
  public String className() {
    return "Granite";
  }

  @Override
  public boolean feedForwardBias(JsonFile config) throws UnusableModelException {
    return config.flag("mlp_bias", false);
  }

  @Override
  public Scales scales(JsonFile config, int hidden, int headSize) throws UnusableModelException {
    double divisor = config.number("logits_scaling", 1);
    if (divisor == 0) {
      throw config.unusable("logits_scaling is 0", "get an intact copy of the file");
    }
    return new Scales(
        config.number("embedding_multiplier", 1),
        config.number("attention_multiplier", 1),
        config.number("residual_multiplier", 1),
        1 / divisor,
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @Override
  public boolean readsLayerTypes() {
    return false;
  }
}
