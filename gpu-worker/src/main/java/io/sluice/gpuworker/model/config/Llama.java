package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.Set;

/** Llama 2 to 3.3 (Touvron et al. 2023; Grattafiori et al. 2024). */
final class Llama implements Traits {
  @Override
  public String className() {
    return "Llama";
  }

  @Override
  public Set<String> defaultTargets() {
    return Set.of("q_proj", "k_proj", "v_proj", "o_proj");
  }

  @Override
  public boolean feedForwardBias(JsonFile config) throws UnusableModelException {
    return config.flag("mlp_bias", false);
  }

  @Override
  public boolean readsLayerTypes() {
    return false;
  }
}
