package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.TokenizedText;
import io.sluice.gpuworker.model.Tokens;
import java.util.OptionalInt;

/**
 * Counts the tokens of beginnings of a text, each of which is tokenized by itself, in time that
 * grows with the text and not with its square.
 *
 * <p>A tokenizer divides every text at its end tokens, and the parts do not change each other's
 * tokens. So the tokens before the last end token of a beginning are those of the whole text, and
 * only the rest is tokenized again, with the end token before it. Where the tokens do not show such
 * a division, the beginning is tokenized from its start. Not thread-safe.
 */
final class Beginnings {
  private final Tokens tokens;
  private final TokenizedText whole;
  private final String text;

  /**
   * The place up to which {@link #tokenOf} has looked: in characters, in code points, in tokens.
   */
  private int character;

  private int codePoint;
  private int token;

  /**
   * Prepares counting.
   *
   * @param whole the tokens of the whole text, the begin token included
   * @param text the whole text, perhaps with further white space at its end
   */
  Beginnings(Tokens tokens, TokenizedText whole, String text) {
    this.tokens = tokens;
    this.whole = whole;
    this.text = text;
  }

  /**
   * The number of tokens of a beginning, the begin token included; any number of at least the
   * maximum length of the tokenizer if the beginning is longer.
   *
   * @param end the number of characters of the beginning
   * @param lastEndToken where the last end token in it begins, not before that of an earlier call;
   *     empty if it has none
   */
  int tokens(int end, OptionalInt lastEndToken) {
    if (lastEndToken.isPresent()) {
      OptionalInt before = tokenOf(lastEndToken.getAsInt());
      if (before.isPresent()) {
        long[] rest = tokens.encodeContinuation(text.substring(lastEndToken.getAsInt(), end));
        if (rest[0] == whole.ids()[before.getAsInt()]) {
          return before.getAsInt() + rest.length;
        }
      }
    }
    return tokens.encode(text.substring(0, end)).length;
  }

  /** The index of the token that stands for the end token at a place of the text. */
  private OptionalInt tokenOf(int place) {
    codePoint += text.codePointCount(character, place);
    character = place;
    int end = codePoint + tokens.endToken().codePointCount(0, tokens.endToken().length());
    while (token < whole.length() && whole.ends()[token] < end) {
      token++;
    }
    return token < whole.length() && whole.begins()[token] <= codePoint
        ? OptionalInt.of(token)
        : OptionalInt.empty();
  }
}
