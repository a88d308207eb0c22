package io.sluice.gpuworker.representation;

import io.sluice.gpuworker.gradient.Encoded;
import io.sluice.gpuworker.model.Tokens;
import io.sluice.gpuworker.model.file.UnusableModelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Checks that run after the model is loaded and before the first example is represented. Each
 * detects a fault that would otherwise silently make all vectors useless. A failed check throws an
 * {@link UnusableModelException} that names the check and says what to do.
 */
final class SelfTest {
  private static final String TEXT =
      "<|user|>\nName a prime number.\n<|assistant|>\nSeven is a prime number.";

  /** Relative change of a loss; rounding alone changes it by less. */
  private static final double LOSS_CHANGE = 1e-6;

  /**
   * The number of standard deviations by which the squared norm of a projected gradient may be off.
   */
  private static final double DEVIATIONS = 8;

  private SelfTest() {}

  /**
   * Encodes a built-in text as an example for the other checks. Checks that the tokenizer adds at
   * most one begin-of-sequence token, and that all token ids are in the model's vocabulary.
   *
   * @param vocabulary the size of the model's vocabulary: token ids are 0 to this number, exclusive
   */
  static Encoded.Example example(Tokens tokens, int vocabulary) throws UnusableModelException {
    long[] ids = tokens.encode(TEXT);
    if (ids.length < 2) {
      throw failed(
          "tokens", "a sentence gave " + ids.length + " tokens: download the tokenizer again");
    }
    requireSingleBeginToken(ids, tokens.encodeContinuation(TEXT));
    long highest = Arrays.stream(ids).max().orElseThrow();
    if (highest >= vocabulary) {
      throw failed("vocabulary", unknownToken(highest, vocabulary));
    }
    long[] labels = ids.clone();
    labels[0] = Encoded.UNLEARNT;
    return new Encoded.Example(ids, labels);
  }

  /**
   * Checks that the beginning of a conversation in the published form has the same tokens, whatever
   * follows it. The positions at which messages begin and end rely on it.
   */
  static void requireStablePrefixes(Tokens tokens) throws UnusableModelException {
    List<String> parts =
        List.of(
            "<|system|>\nBe brief.\n",
            "<|user|>\nName a prime number.\n",
            "<|assistant|>\n",
            "Seven is a prime number." + tokens.endToken() + "\n",
            "<|user|>\nAnd a larger one?\n",
            "<|assistant|>\n",
            "Eleven is larger." + tokens.endToken());
    long[] whole = tokens.encode(String.join("", parts));
    for (int end = 1; end < parts.size(); end++) {
      String beginning = String.join("", parts.subList(0, end));
      long[] ids = tokens.encode(beginning);
      boolean kept =
          ids.length <= whole.length && Arrays.equals(ids, Arrays.copyOf(whole, ids.length));
      // A limit on the length cuts both texts alike.
      boolean dropsLineFeed =
          ids.length < whole.length
              && Arrays.equals(ids, tokens.encode(beginning.substring(0, beginning.length() - 1)));
      if (!kept || dropsLineFeed) {
        throw failed(
            "prefixes",
            "the tokens of a text that ends in '"
                + beginning.substring(beginning.lastIndexOf('<')).strip()
                + "' change when the text goes on, so the learnt tokens cannot be found: use a"
                + " tokenizer.json whose normalizer and pre_tokenizer keep the ends of texts");
      }
    }
  }

  /** Says that a token id is outside a model's vocabulary, and what to do. */
  static String unknownToken(long id, int vocabulary) {
    return "token "
        + id
        + " is not in the model's vocabulary of "
        + vocabulary
        + " tokens: use the tokenizer that belongs to this model";
  }

  /**
   * Checks that the begin-of-sequence token is not added twice.
   *
   * @param opening the tokens of a text at the beginning of a sequence
   * @param bare the tokens of the same text without added tokens
   */
  static void requireSingleBeginToken(long[] opening, long[] bare) throws UnusableModelException {
    if (opening[0] != bare[0] && opening[0] == opening[1]) {
      throw failed(
          "single begin token",
          "the tokenizer puts token "
              + opening[0]
              + " twice before a text: remove one of them from the post_processor in"
              + " tokenizer.json");
    }
  }

  /** Checks that the base model's loss is a number. */
  static void requireFiniteLoss(float base) throws UnusableModelException {
    if (!Float.isFinite(base)) {
      throw failed(
          "loss",
          "the base model's loss on a sentence is "
              + base
              + ": its weights or its config.json are damaged; download them again");
    }
  }

  /** Checks that the adapter has an effect: its loss must differ from that of the base model. */
  static void requireChangedLoss(Path checkpoint, float base, float adapted)
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
              + ": the adapter is untrained or belongs to another model; use a warm-up checkpoint"
              + " of this model");
    }
  }

  /** Checks that a gradient is finite and not zero. */
  static void requireUsableGradient(Path checkpoint, float[] gradient)
      throws UnusableModelException {
    requireDirection(
        "gradient",
        gradient,
        "the gradient at " + checkpoint,
        "the checkpoint's weights are damaged; use another checkpoint");
  }

  /** Checks that a hidden state is finite and not zero. */
  static void requireUsableState(float[] state) throws UnusableModelException {
    requireDirection(
        "hidden state",
        state,
        "the hidden state",
        "the model's weights are damaged; download them again");
  }

  private static void requireDirection(String check, float[] vector, String what, String cause)
      throws UnusableModelException {
    double norm = UnitLength.norm(vector);
    if (!(norm > 0) || Double.isInfinite(norm)) {
      throw failed(check, what + " has the norm " + norm + ": " + cause);
    }
  }

  /**
   * Checks that the projection preserves a gradient's norm up to random error: for a random
   * projection to k values, the relative error of the squared norm has a standard deviation of
   * {@code sqrt(2 / k)}.
   */
  static void requireKeptNorm(float[] gradient, float[] projected) throws UnusableModelException {
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

  static UnusableModelException failed(String check, String what) {
    return new UnusableModelException("self-test '" + check + "' failed: " + what);
  }
}
