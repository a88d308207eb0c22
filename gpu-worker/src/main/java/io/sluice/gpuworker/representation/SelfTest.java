package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Checks that are made before the first example: each catches a fault that would otherwise spoil
 * every vector in silence.
 */
final class SelfTest {
  private static final String TEXT =
      "<|user|>\nName a prime number.\n<|assistant|>\nSeven is a prime number.";

  /** Rounding moves a loss by less. */
  private static final double LOSS_CHANGE = 1e-6;

  /** How many standard deviations a projected norm may be off. */
  private static final double DEVIATIONS = 8;

  private SelfTest() {}

  /**
   * An example of the tokenizer's own, checked: one begin token at most, all known to the model.
   *
   * @param vocabulary token ids that the model knows: 0 to this number, exclusive
   */
  static Encoded.Example example(Tokens tokens, int vocabulary) throws UnusableModelException {
    long[] ids = tokens.encode(TEXT);
    if (ids.length < 2) {
      throw failed("tokens", "a sentence gave " + ids.length + " tokens: get the tokenizer again");
    }
    singleBeginToken(ids, tokens.encodeContinuation(TEXT));
    long highest = Arrays.stream(ids).max().orElseThrow();
    if (highest >= vocabulary) {
      throw failed(
          "vocabulary",
          "token " + highest + " is beyond the model's " + vocabulary + ": wrong tokenizer");
    }
    long[] labels = ids.clone();
    labels[0] = Encoded.UNLEARNT;
    return new Encoded.Example(ids, labels);
  }

  /**
   * The begin token comes once.
   *
   * @param opening tokens of a text with what the tokenizer puts before it
   * @param bare its tokens alone
   */
  static void singleBeginToken(long[] opening, long[] bare) throws UnusableModelException {
    if (opening[0] != bare[0] && opening[0] == opening[1]) {
      throw failed(
          "single begin token",
          "the tokenizer puts token "
              + opening[0]
              + " twice before a text: remove one from the post_processor in tokenizer.json");
    }
  }

  /** The base model predicts something. */
  static void lossIsFinite(float base) throws UnusableModelException {
    if (!Float.isFinite(base)) {
      throw failed(
          "loss",
          "the base model's loss on a sentence is "
              + base
              + ": its weights or its config.json are damaged, get them again");
    }
  }

  /** The adapter does something: its loss is not the base model's. */
  static void adapterChangesLoss(Path checkpoint, float base, float adapted)
      throws UnusableModelException {
    if (!(Math.abs(adapted - base) > LOSS_CHANGE * Math.abs(base))) {
      throw failed(
          "adapter applied",
          "with the adapter of "
              + checkpoint
              + " the loss is "
              + adapted
              + ", without it "
              + base
              + ": the adapter is untrained or belongs to another model");
    }
  }

  /** A gradient has a direction. */
  static void gradientIsNotZero(Path checkpoint, float[] gradient) throws UnusableModelException {
    requireDirection(
        "gradient",
        gradient,
        "the gradient at " + checkpoint,
        "the checkpoint's weights are damaged");
  }

  /** A hidden state has a direction. */
  static void stateIsNotZero(float[] state) throws UnusableModelException {
    requireDirection("hidden state", state, "the hidden state", "the model's weights are damaged");
  }

  private static void requireDirection(String check, float[] vector, String what, String cause)
      throws UnusableModelException {
    double norm = UnitLength.norm(vector);
    if (!(norm > 0) || Double.isInfinite(norm)) {
      throw failed(check, what + " has the length " + norm + ": " + cause);
    }
  }

  /**
   * A projection keeps a gradient's length, but for chance: the square of a random projection to k
   * values is off by {@code sqrt(2 / k)} of it, a standard deviation.
   */
  static void projectionKeepsNorm(float[] gradient, float[] projected)
      throws UnusableModelException {
    double ratio = UnitLength.norm(projected) / UnitLength.norm(gradient);
    double off = Math.abs(ratio * ratio - 1);
    if (!(ratio > 0) || !(off <= DEVIATIONS * Math.sqrt(2.0 / projected.length))) {
      throw failed(
          "projection keeps lengths",
          "it changes the length of a gradient by the factor "
              + ratio
              + ": use a larger dimension");
    }
  }

  private static UnusableModelException failed(String check, String what) {
    return new UnusableModelException("self-test '" + check + "' failed: " + what);
  }
}
