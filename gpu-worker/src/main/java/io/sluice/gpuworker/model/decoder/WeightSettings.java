package io.sluice.gpuworker.model.decoder;

import ai.djl.ndarray.NDManager;
import io.sluice.gpuworker.model.file.ElementType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How the weights of a base model are kept in memory, and how they are multiplied.
 *
 * @param dtype the type in which weight matrices are kept
 * @param compute how matrices of 16 bits are multiplied; has no effect on others
 */
public record WeightSettings(WeightType dtype, ProductType compute) {
  /** All weights in 32 bits. */
  public static final WeightSettings DEFAULT =
      new WeightSettings(WeightType.FLOAT32, ProductType.AUTO);

  /**
   * Settles what {@link ProductType#AUTO} stands for, by a measurement of well below a second. None
   * takes place if no matrix is kept in 16 bits.
   *
   * @param manager of the device to measure
   * @param stored the types in the model's files, see {@link DecoderWeights#types}
   * @return settings whose {@code compute} is not {@code AUTO}
   */
  public WeightSettings measured(NDManager manager, Set<ElementType> stored) throws IOException {
    Optional<ElementType> narrow = narrow(stored);
    if (narrow.isEmpty()) {
      return new WeightSettings(dtype, ProductType.FLOAT32);
    }
    return compute == ProductType.AUTO
        ? new WeightSettings(dtype, ProductSpeed.faster(manager, narrow.get()))
        : this;
  }

  /**
   * What makes vectors differ from those with all weights in 32 bits, as texts for a fingerprint;
   * none if nothing does.
   *
   * @param stored the types in the model's files, see {@link DecoderWeights#types}
   */
  public List<String> differences(Set<ElementType> stored) {
    List<String> differences = new ArrayList<>();
    if (stored.stream().anyMatch(dtype::rounds)) {
      differences.add("dtype " + dtype.label());
    }
    if (compute == ProductType.STORED && narrow(stored).isPresent()) {
      differences.add("compute " + compute.label());
    }
    return differences;
  }

  /**
   * Whether some matrix is kept in 16 bits.
   *
   * @param stored the types in the model's files, see {@link DecoderWeights#types}
   */
  public boolean narrows(Set<ElementType> stored) {
    return narrow(stored).isPresent();
  }

  /** A type of 16 bits in which some matrix is kept. */
  private Optional<ElementType> narrow(Set<ElementType> stored) {
    return stored.stream().map(dtype::kept).filter(type -> type != ElementType.F32).findFirst();
  }
}
