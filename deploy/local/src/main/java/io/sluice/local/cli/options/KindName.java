package io.sluice.local.cli.options;

import io.sluice.gpuworker.representation.RepresentationKind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses kinds of representation by their labels, since these are not names of Java constants. */
public final class KindName implements ITypeConverter<RepresentationKind> {
  /** Created by picocli. */
  public KindName() {}

  @Override
  public RepresentationKind convert(String label) {
    try {
      return RepresentationKind.of(label);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
