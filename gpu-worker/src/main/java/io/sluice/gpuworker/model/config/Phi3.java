package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Phi-3, Phi-3.5 and Phi-4 (Abdin et al. 2024), the dense models: one linear layer for queries,
 * keys and values, and one for both inner parts of the feed-forward block.
 */
final class Phi3 implements Traits {
  @Override
  public String className() {
    return "Phi3";
  }

  @Override
  public Set<String> defaultTargets() {
    return Set.of("qkv_proj", "o_proj", "gate_up_proj", "down_proj");
  }

  @Override
  public boolean packed() {
    return true;
  }

  @Override
  public boolean attentionBias(JsonFile config) throws UnusableModelException {
    return Traits.without(config, "attention_bias");
  }

  @Override
  public double residualDropout(JsonFile config) throws UnusableModelException {
    return config.number("resid_pdrop", 0);
  }

  @Override
  public Set<String> ropeTypes() {
    return Set.of("default", "longrope", RopeScaling.LONGROPE_BEFORE);
  }

  @Override
  public OptionalInt defaultOriginalPositions() {
    return OptionalInt.of(4096);
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    return Windows.always(config, OptionalInt.empty());
  }

  @Override
  public boolean windowed(JsonFile config, int layer) {
    return true;
  }

  @Override
  public boolean readsLayerTypes() {
    return false;
  }

  @Override
  public OptionalInt defaultPadding() {
    return OptionalInt.of(32_000);
  }
}
