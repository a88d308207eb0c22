package io.sluice.gpuworker.gradient;

import java.util.function.Function;

/**
 * The result of turning an example into the input of a model.
 *
 * @param <E> the input of the model
 */
public sealed interface Prepared<E extends ModelInput> {
  /** Calls the function for this kind of result, and returns what it returns. */
  <T> T match(Function<E, T> ready, Function<String, T> refused);

  /**
   * The example can be computed.
   *
   * @param input the input of the model
   */
  record Ready<E extends ModelInput>(E input) implements Prepared<E> {
    @Override
    public <T> T match(Function<E, T> ready, Function<String, T> refused) {
      return ready.apply(input);
    }
  }

  /**
   * The example cannot be used.
   *
   * @param reason the reason, and what to do about it where possible
   */
  record Refused<E extends ModelInput>(String reason) implements Prepared<E> {
    @Override
    public <T> T match(Function<E, T> ready, Function<String, T> refused) {
      return refused.apply(reason);
    }
  }
}
