package io.sluice.gpuworker.representation.memory;

import java.util.Arrays;
import java.util.List;

/** When a backward pass computes the states inside the layers again instead of keeping them. */
public enum RecomputeMode {
  /** In the passes that do not fit into the memory otherwise, by {@link MemoryEstimate}. */
  AUTO("auto"),
  /** In every pass. */
  ALWAYS("true"),
  /** In none. */
  NEVER("false");

  private final String label;

  RecomputeMode(String label) {
    this.label = label;
  }

  /** The name of the mode in settings. */
  public String label() {
    return label;
  }

  /** The names of all modes. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(RecomputeMode::label).toList();
  }

  /** Looks up a mode by its name; throws {@link IllegalArgumentException} if there is none. */
  public static RecomputeMode of(String label) {
    return Arrays.stream(values())
        .filter(mode -> mode.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("recompute " + label + ": choose one of " + labels()));
  }
}
