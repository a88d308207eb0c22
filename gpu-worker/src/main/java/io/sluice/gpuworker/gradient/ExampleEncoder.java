package io.sluice.gpuworker.gradient;

/**
 * Converts examples to tokens and labels, in one text form. All of representation, training and
 * evaluation encode with it. Thread-safe; uses the tokenizer that it was created with, which must
 * not be closed before.
 */
public sealed interface ExampleEncoder permits ReferenceEncoder, ChatEncoder {
  /**
   * Encodes an example as a candidate or as a query, depending on its type, and returns its text as
   * well.
   */
  Inspection inspect(Text text);

  /** Encodes an example as a candidate or as a query, depending on its type. */
  default Encoded encode(Text text) {
    return inspect(text).encoded();
  }

  /**
   * The text form with all that determines it, in one line: {@code reference}, or {@code chat}
   * followed by the hash of the templates and, if they ask for today's date, by the date that they
   * are given. Two models with the same text form turn the same messages into the same text.
   */
  String textForm();
}
