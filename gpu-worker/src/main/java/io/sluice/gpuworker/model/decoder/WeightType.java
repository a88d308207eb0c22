package io.sluice.gpuworker.model.decoder;

import io.sluice.gpuworker.model.file.ElementType;
import java.util.Arrays;
import java.util.List;

/**
 * The type in which the weight matrices of a base model are kept in memory. Vectors (the gains of
 * norms and biases) get the same precision, but are kept in 32 bits, in which they are used.
 */
public enum WeightType {
  /** Each matrix as it is stored in the model's files. */
  AUTO("auto") {
    @Override
    ElementType kept(ElementType stored) {
      return stored;
    }
  },
  /** Widened to 32 bits when they are loaded, which loses no precision. */
  FLOAT32("float32") {
    @Override
    ElementType kept(ElementType stored) {
      return ElementType.F32;
    }
  },
  /** Rounded to bfloat16 if they are stored in another type. */
  BFLOAT16("bfloat16") {
    @Override
    ElementType kept(ElementType stored) {
      return ElementType.BF16;
    }
  },
  /**
   * Rounded to half precision if they are stored in another type. Values beyond 65504 become
   * infinite, which the self-test of the model detects when it is opened.
   */
  FLOAT16("float16") {
    @Override
    ElementType kept(ElementType stored) {
      return ElementType.F16;
    }
  };

  private final String label;

  WeightType(String label) {
    this.label = label;
  }

  /** The type in which a matrix is kept that is stored in another one or in the same. */
  abstract ElementType kept(ElementType stored);

  /** Whether matrices of a stored type lose precision when they are loaded. */
  boolean rounds(ElementType stored) {
    ElementType kept = kept(stored);
    return kept != stored && kept != ElementType.F32;
  }

  /** The name of the type in settings. */
  public String label() {
    return label;
  }

  /** The names of all types. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(WeightType::label).toList();
  }

  /** Looks up a type by its name; throws {@link IllegalArgumentException} if there is none. */
  public static WeightType of(String label) {
    return Arrays.stream(values())
        .filter(type -> type.label.equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("dtype " + label + ": choose one of " + labels()));
  }
}
