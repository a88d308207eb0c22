package io.sluice.gpuworker.gradient;

import io.sluice.gpuworker.model.Tokens;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How an example becomes tokens and labels.
 *
 * @param form how messages become text
 * @param queries the part of a query that is used
 * @param maxLength the number of tokens to which a candidate is truncated, as are a query's prompt
 *     and answer separately; {@link #MIN_MAX_LENGTH} to {@link #MAX_MAX_LENGTH}
 */
public record TextSettings(TextForm form, QueryMode queries, int maxLength) {
  /** The default of {@code maxLength}, as in the published implementation. */
  public static final int DEFAULT_MAX_LENGTH = 2048;

  /** The largest allowed {@code maxLength}. */
  public static final int MAX_MAX_LENGTH = 1 << 20;

  /** The smallest allowed {@code maxLength}: a single token has no next token to predict. */
  public static final int MIN_MAX_LENGTH = 2;

  /** Throws {@link IllegalArgumentException} when the length limit is out of range. */
  public TextSettings {
    requireMaxLength(maxLength);
  }

  /** A text form with prompts and answers of queries, as training and evaluation use it. */
  public static TextSettings of(TextForm form, int maxLength) {
    return new TextSettings(form, QueryMode.PROMPT_AND_RESPONSE, maxLength);
  }

  /** The published form, with prompts and answers of queries. */
  public static TextSettings reference(int maxLength) {
    return of(TextForm.REFERENCE, maxLength);
  }

  /**
   * Checks a length limit in tokens.
   *
   * @throws IllegalArgumentException when it is not {@link #MIN_MAX_LENGTH} to {@link
   *     #MAX_MAX_LENGTH}
   */
  public static void requireMaxLength(int maxLength) {
    if (maxLength < MIN_MAX_LENGTH || maxLength > MAX_MAX_LENGTH) {
      throw new IllegalArgumentException(
          String.format(
              "a length limit of %d tokens: use %d or more, at most %d",
              maxLength, MIN_MAX_LENGTH, MAX_MAX_LENGTH));
    }
  }

  /** Opens the tokenizer of a model, which truncates texts to the length limit. */
  public Tokens tokens(Path model) throws IOException {
    return Tokens.open(model, maxLength);
  }

  /**
   * Creates the encoder of a model.
   *
   * @param model folder of the model
   * @param tokens the model's tokenizer, from {@link #tokens}; the encoder does not close it
   * @throws IOException when the form needs a file of the model that is missing or unusable; the
   *     message names it and says what to do
   */
  public ExampleEncoder encoder(Path model, Tokens tokens) throws IOException {
    return form.encoder(model, tokens, queries, maxLength);
  }
}
