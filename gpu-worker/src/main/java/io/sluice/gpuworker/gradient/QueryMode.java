package io.sluice.gpuworker.gradient;

import java.util.Arrays;
import java.util.List;

/** The part of a query that stands for it, as in the published implementation. */
public enum QueryMode {
  /** Prompt and answer, of which the answer is learnt. */
  PROMPT_AND_RESPONSE("prompt-and-response"),
  /** The answer alone, all of which is learnt. */
  RESPONSE("response"),
  /** The prompt alone, of which nothing is learnt: only kinds without a loss can represent it. */
  PROMPT("prompt");

  private final String label;

  QueryMode(String label) {
    this.label = label;
  }

  /** The name of the mode in settings. */
  public String label() {
    return label;
  }

  /** The names of all modes. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(QueryMode::label).toList();
  }

  /**
   * The mode with a given name.
   *
   * @throws IllegalArgumentException when there is no such mode; the message lists all names
   */
  public static QueryMode of(String label) {
    return Arrays.stream(values())
        .filter(mode -> mode.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "query mode " + label + ": use " + String.join(", ", labels())));
  }
}
