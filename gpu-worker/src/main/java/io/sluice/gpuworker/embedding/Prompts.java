package io.sluice.gpuworker.embedding;

import java.util.Optional;

/**
 * What is put before the texts of queries and of candidates.
 *
 * @param query the prompt of queries; when empty, the model's own and else {@link #PUBLISHED_QUERY}
 * @param candidate the prompt of candidates; when empty, the model's own and else none
 */
public record Prompts(Optional<String> query, Optional<String> candidate) {
  /** The model's own prompts, and else those of the published method. */
  public static final Prompts OF_MODEL = new Prompts(Optional.empty(), Optional.empty());

  /** In settings, the word for no prompt at all. */
  public static final String NONE = "none";

  /** The prompt of queries in the published method, which has none for candidates. */
  public static final String PUBLISHED_QUERY =
      "Instruct: Given a sample, find the passages closest to that sample.\nQuery: ";

  /**
   * Prompts as people give them. Quotation marks around a prompt keep the spaces at its ends, which
   * Kafka's configuration would otherwise remove.
   *
   * @param query a prompt, {@link #NONE}, or an empty text for the default
   * @param candidate a prompt, {@link #NONE}, or an empty text for the default
   */
  public static Prompts given(String query, String candidate) {
    return new Prompts(given(query), given(candidate));
  }

  private static Optional<String> given(String prompt) {
    return Optional.of(prompt)
        .filter(text -> !text.isEmpty())
        .map(text -> text.equals(NONE) ? "" : unquoted(text));
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
