package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;

/**
 * OLMo 2 and OLMo 3 (OLMo Team 2025): the blocks' outputs are normalised, and all heads of queries
 * or keys together. By default, three of four layers of OLMo 3 have a sliding window.
 */
final class Olmo implements Traits {
  private static final int INTERVAL = 4;

  private final String className;
  private final double defaultTheta;
  private final boolean slides;

  private Olmo(String className, double defaultTheta, boolean slides) {
    this.className = className;
    this.defaultTheta = defaultTheta;
    this.slides = slides;
  }

  static Olmo second() {
    return new Olmo("Olmo2", 10_000, false);
  }

  static Olmo third() {
    return new Olmo("Olmo3", 5e5, true);
  }

  @Override
  public String className() {
    return className;
  }

  @Override
  public Norms norms() {
    return Norms.AFTER_BLOCKS;
  }

  @Override
  public QueryKeyNorm queryKeyNorm() {
    return QueryKeyNorm.ALL_HEADS;
  }

  @Override
  public double defaultTheta(LayerType type) {
    return defaultTheta;
  }

  @Override
  public OptionalInt window(JsonFile config) throws UnusableModelException {
    return slides ? Windows.always(config, Windows.USUAL) : OptionalInt.empty();
  }

  @Override
  public boolean windowed(JsonFile config, int layer) {
    return slides && (layer + 1) % INTERVAL != 0;
  }

  @Override
  public boolean readsLayerTypes() {
    return slides;
  }

  @Override
  public boolean separatesRope() {
    return slides;
  }

  @Override
  public OptionalInt defaultPadding() {
    return OptionalInt.of(1);
  }
}
