package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;

/** Mistral (Jiang et al. 2023). */
final class Mistral implements Traits {
  @Override
  public String className() {
    return "Mistral";
  }

  @Override
  public boolean attentionBias(JsonFile config) throws UnusableModelException {
    return Traits.without(config, "attention_bias");
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    return Windows.always(config, Windows.USUAL);
  }

  @Override
  public boolean windowed(JsonFile config, int layer) {
    return true;
  }

  @Override
  public boolean readsLayerTypes() {
    return false;
  }
}
