package io.sluice.local.cli.offline;

import io.sluice.gpuworker.model.decoder.ProductType;
import io.sluice.gpuworker.model.decoder.WeightSettings;
import io.sluice.gpuworker.model.decoder.WeightType;
import io.sluice.gpuworker.worker.WorkerSettings;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options for how the weights of a base model are kept and multiplied. */
public final class WeightOptions {
  private static final String DTYPE = "--dtype";
  private static final String COMPUTE = "--compute";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = DTYPE,
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
      names = COMPUTE,
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

  /** The settings of a worker, by key, that the given ones of these options stand for. */
  public Map<String, String> given() {
    ParseResult parsed = spec.commandLine().getParseResult();
    Map<String, String> given = new HashMap<>();
    if (parsed.hasMatchedOption(DTYPE)) {
      given.put(WorkerSettings.DTYPE.key(), dtype.label());
    }
    if (parsed.hasMatchedOption(COMPUTE)) {
      given.put(WorkerSettings.COMPUTE.key(), compute.label());
    }
    return given;
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
