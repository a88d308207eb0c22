package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;

/** The result of encoding an example together with its text, so that people can check it. */
public sealed interface Inspection permits Inspection.Readable, Encoded.Refused {
  /** The result without the text: what a model is given. */
  Encoded encoded();

  /**
   * An example that can be learnt.
   *
   * @param text the whole text, with those of its tokens that are within the length limit
   * @param example these tokens with their labels
   */
  record Readable(TokenizedText text, Encoded.Example example) implements Inspection {
    /** Whether the prediction of a token counts in the loss; that of the first one never does. */
    public boolean isLearnt(int token) {
      return token > 0 && example.labels()[token] != Encoded.UNLEARNT;
    }

    @Override
    public Encoded encoded() {
      return example;
    }
  }

  /**
   * The result for tokens with labels; refused when nothing is learnt.
   *
   * @param labels one per token, see {@link Encoded.Example}
   * @param maxLength the length limit, for the message
   */
  static Inspection of(TokenizedText text, long[] labels, int maxLength) {
    Encoded.Example example = new Encoded.Example(text.ids(), labels);
    return example.asked().length > 0
        ? new Readable(text, example)
        : new Encoded.Refused(
            "nothing is left to learn within "
                + maxLength
                + " tokens: shorten the text before the answer, or raise the limit");
  }
}
