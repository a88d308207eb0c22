package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.model.config.DecoderConfig;
import io.sluice.gpuworker.model.decoder.DecoderWeights;
import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.file.ElementType;
import io.sluice.gpuworker.model.lora.LoraCheckpoint;
import io.sluice.gpuworker.representation.memory.AdapterShape;
import io.sluice.gpuworker.representation.memory.MatrixStorage;
import io.sluice.gpuworker.representation.memory.MemoryEstimate;
import io.sluice.gpuworker.representation.memory.ModelShape;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Estimates the memory of a decoder's representations from its files. Reads no weights. */
public final class DecoderMemory {
  private final ModelShape shape;
  private final WeightSettings weights;
  private final Set<ElementType> stored;
  private final Optional<AdapterShape> adapters;

  private DecoderMemory(
      ModelShape shape,
      WeightSettings weights,
      Set<ElementType> stored,
      Optional<AdapterShape> adapters) {
    this.shape = shape;
    this.weights = weights;
    this.stored = stored;
    this.adapters = adapters;
  }

  /**
   * Reads the shape of a model and of its adapters.
   *
   * @param settings of a kind with a base model
   * @throws io.sluice.gpuworker.model.file.UnusableModelException when a file is missing, damaged
   *     or not supported
   */
  public static DecoderMemory read(RepresentationSettings settings) throws IOException {
    DecoderConfig config = DecoderConfig.read(settings.folder());
    return new DecoderMemory(
        new ModelShape(config, DecoderWeights.vocabulary(settings.folder())),
        settings.weights(),
        DecoderWeights.types(settings.folder()),
        adapters(settings));
  }

  private static Optional<AdapterShape> adapters(RepresentationSettings settings)
      throws IOException {
    if (!settings.kind().needsCheckpoints()) {
      return Optional.empty();
    }
    LoraCheckpoint first = LoraCheckpoint.open(settings.checkpoints().get(0));
    return Optional.of(
        new AdapterShape(
            first.rank(),
            first.targets().named(),
            settings.checkpoints().size(),
            settings.form() == GradientForm.ADAM));
  }

  /**
   * The estimate with these settings. While {@code compute} is not settled, matrices count as
   * widened, which takes more.
   *
   * @param gpu whether the device is a GPU
   */
  public MemoryEstimate estimate(boolean gpu) {
    boolean narrow = weights.narrows(stored);
    return new MemoryEstimate(
        shape,
        new MatrixStorage(
            narrow ? Short.BYTES : Float.BYTES, narrow && weights.compute() != ProductType.STORED),
        adapters,
        gpu);
  }

  /** The estimate with weights of 16 bits; empty if they have 16 bits already. */
  public Optional<MemoryEstimate> narrower(boolean gpu) {
    return weights.narrows(stored)
        ? Optional.empty()
        : Optional.of(
            new MemoryEstimate(shape, new MatrixStorage(Short.BYTES, true), adapters, gpu));
  }
}
