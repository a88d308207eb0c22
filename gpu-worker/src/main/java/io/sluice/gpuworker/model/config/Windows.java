package io.sluice.gpuworker.model.config;

import io.sluice.gpuworker.model.file.JsonFile;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.util.OptionalInt;

/** Reads the size of a sliding window, as the architectures of transformers do. */
final class Windows {
  /** The default of {@code sliding_window} in transformers for most architectures. */
  static final OptionalInt USUAL = OptionalInt.of(4096);

  private static final String SIZE = "sliding_window";
  private static final String USED = "use_sliding_window";

  private Windows() {}

  /** The window of an architecture in which {@code use_sliding_window} turns it on. */
  static OptionalInt optional(JsonFile config, OptionalInt orElse) throws UnusableModelException {
    return config.flag(USED, false) ? given(config, orElse) : OptionalInt.empty();
  }

  /** The window of an architecture in which the size alone turns it on. */
  static OptionalInt always(JsonFile config, OptionalInt orElse) throws UnusableModelException {
    OptionalInt window = given(config, orElse);
    if (window.isPresent() && !config.flag(USED, true)) {
      throw config.unusable(
          "use_sliding_window is false, but this architecture always uses its sliding_window",
          "set sliding_window to null for a model that was trained without it");
    }
    return window;
  }

  private static OptionalInt given(JsonFile config, OptionalInt orElse)
      throws UnusableModelException {
    if (!config.root().has(SIZE)) {
      return orElse;
    }
    if (config.field(SIZE).isEmpty()) {
      return OptionalInt.empty();
    }
    if (config.number(SIZE) <= 0) {
      throw config.unusable(
          SIZE + " is " + config.root().get(SIZE) + ", not a number of positions",
          "set it to null for a model that was trained without a window");
    }
    return OptionalInt.of(config.count(SIZE));
  }
}
