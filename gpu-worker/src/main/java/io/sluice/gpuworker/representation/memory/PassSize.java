package io.sluice.gpuworker.representation.memory;

/**
 * The size of a pass through a model.
 *
 * @param examples the number of examples that share the pass, at least 1
 * @param length the tokens of the longest of them, at least 1
 * @param asked the largest number of learnt tokens of one of them, 0 to {@code length}
 */
public record PassSize(int examples, int length, int asked) {
  /** The size of a pass with one example, of which every token is learnt. */
  public static PassSize ofOne(int length) {
    return new PassSize(1, length, length);
  }

  /** The tokens of all examples, padding included. */
  public long tokens() {
    return (long) examples * length;
  }
}
