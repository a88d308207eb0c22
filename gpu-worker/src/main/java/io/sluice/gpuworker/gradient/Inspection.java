package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;
import java.util.Arrays;
import java.util.List;

/** The result of encoding an example together with its text, so that people can check it. */
public sealed interface Inspection permits Inspection.Readable, Encoded.Refused {
  /** The result without the text: what a model is given. */
  Encoded encoded();

  /**
   * An example that can be represented.
   *
   * @param text the whole text, with those of its tokens that are within the length limit
   * @param example these tokens with their labels
   * @param remarks for people: why answers are not learnt that could be expected to be
   */
  record Readable(TokenizedText text, Encoded.Example example, List<String> remarks)
      implements Inspection {
    /** Takes an unmodifiable copy of the list. */
    public Readable {
      remarks = List.copyOf(remarks);
    }

    /** Whether the prediction of a token counts in the loss; that of the first one never does. */
    public boolean isLearnt(int token) {
      return token > 0 && example.labels()[token] != Encoded.UNLEARNT;
    }

    @Override
    public Encoded encoded() {
      return example;
    }
  }

  /** The result for tokens of which none is learnt; refused when there are none. */
  static Inspection unlearnt(TokenizedText text) {
    long[] labels = new long[text.length()];
    Arrays.fill(labels, Encoded.UNLEARNT);
    return text.length() > 0
        ? new Readable(text, new Encoded.Example(text.ids(), labels), List.of())
        : new Encoded.Refused("there is no text before the answer");
  }

  /**
   * The result for tokens with labels; refused when nothing is learnt.
   *
   * @param labels one per token, see {@link Encoded.Example}
   * @param maxLength the length limit, for the message
   */
  static Inspection of(TokenizedText text, long[] labels, int maxLength) {
    return of(text, labels, maxLength, List.of());
  }

  /** The same, with remarks about answers that are not learnt, see {@link Readable#remarks}. */
  static Inspection of(TokenizedText text, long[] labels, int maxLength, List<String> remarks) {
    Encoded.Example example = new Encoded.Example(text.ids(), labels, text.all());
    return example.asked().length > 0
        ? new Readable(text, example, remarks)
        : new Encoded.Refused(
            "nothing is left to learn within "
                + maxLength
                + " tokens: shorten the text before the answer, or raise the limit");
  }
}
