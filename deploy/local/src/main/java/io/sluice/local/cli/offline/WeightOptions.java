package io.sluice.local.cli.offline;

import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import java.util.Iterator;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options for how the weights of a base model are kept and multiplied. */
public final class WeightOptions {
  @Option(
      names = "--dtype",
      defaultValue = "float32",
      converter = TypeName.class,
      completionCandidates = TypeNames.class,
      paramLabel = "TYPE",
      description =
          "The type in which the base model's weight matrices are kept: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}). auto keeps them as they are stored. Not for"
              + " embedding, and not where all weights are trained.")
  private WeightType dtype;

  @Option(
      names = "--compute",
      defaultValue = "auto",
      converter = ProductName.class,
      completionCandidates = ProductNames.class,
      paramLabel = "HOW",
      description =
          "How matrices that are kept in 16 bits are multiplied: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). float32 widens each for one product; stored rounds inputs and"
              + " results, which changes the vectors; auto measures which one is faster here.")
  private ProductType compute;

  /** Created by picocli, which then sets the fields. */
  public WeightOptions() {}

  /** The chosen settings. */
  public WeightSettings settings() {
    return new WeightSettings(dtype, compute);
  }

  /** Parses types by their labels. */
  static final class TypeName implements ITypeConverter<WeightType> {
    @Override
    public WeightType convert(String label) {
      try {
        return WeightType.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The labels of the types, for help texts and completion. */
  static final class TypeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return WeightType.labels().iterator();
    }
  }

  /** Parses kinds of products by their labels. */
  static final class ProductName implements ITypeConverter<ProductType> {
    @Override
    public ProductType convert(String label) {
      try {
        return ProductType.of(label);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The labels of the kinds of products, for help texts and completion. */
  static final class ProductNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ProductType.labels().iterator();
    }
  }
}
